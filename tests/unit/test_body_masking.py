"""Members of bodies are hidden where rules name them, and nowhere else."""

import json

import pytest
from mfg_integration_core.exceptions import ConfigurationError, InvalidEventError
from mfg_integration_core.protocols.body_masking import (
    NOT_READABLE,
    BodyMask,
    MaskedMember,
    read_path,
)

EVENT = {
    "type": "mfg.machine.count.v1",
    "data": {
        "operator": "Ann Smith",
        "badge": "4711-0815",
        "lines": [{"operator": "Bob", "good": 3}, {"operator": None, "good": 4}],
    },
}


def mask(*rules):
    return BodyMask(
        [MaskedMember(read_path(path), kind) for path, kind in rules], b"key"
    )


def test_k5_member_is_hidden_and_the_stored_document_stays_whole():
    shown = mask(("data.operator", "hide")).document(EVENT)

    assert shown["data"]["operator"] == "***"
    assert shown["data"]["badge"] == "4711-0815"
    assert EVENT["data"]["operator"] == "Ann Smith"


def test_k5_last_four_are_shown_of_what_is_long_enough():
    shown = mask(("data.badge", "last_4"), ("**.good", "last_4")).document(EVENT)

    assert shown["data"]["badge"] == "***0815"
    assert shown["data"]["lines"][0]["good"] == "***"


def test_k5_hash_tells_the_same_from_another_and_needs_the_key():
    paths = [MaskedMember(("name",), "hash")]
    (one, again, other), foreign = (
        [BodyMask(paths, b"key").document({"name": name})["name"] for name in "aab"],
        BodyMask(paths, b"other").document({"name": "a"})["name"],
    )

    assert one == again
    assert len({one, other, foreign}) == 3
    assert one.startswith("hash:")


@pytest.mark.parametrize(
    ("path", "hidden"),
    [
        ("data.operator", {"/data/operator"}),
        ("/data/operator", {"/data/operator"}),
        ("data.lines.operator", {"/data/lines/0/operator"}),
        ("*.operator", {"/data/operator"}),
        ("**.operator", {"/data/operator", "/data/lines/0/operator"}),
        ("data.**.operator", {"/data/operator", "/data/lines/0/operator"}),
        ("operator", set()),
        ("data.lines", {"/data/lines"}),
    ],
)
def test_k5_path_finds_members_through_lists_and_wildcards(path, hidden):
    shown = mask((path, "hide")).document(EVENT)

    assert set(places(shown)) == hidden


def places(node, place=""):
    """JSON pointers to what is hidden in a document."""
    if node == "***":
        yield place
    parts = node.items() if isinstance(node, dict) else ()
    if isinstance(node, list):
        parts = enumerate(node)
    for name, child in parts:
        yield from places(child, f"{place}/{name}")


def test_k5_strictest_rule_counts_where_two_name_a_member():
    shown = mask(("data.badge", "last_4"), ("**.badge", "hide")).document(EVENT)

    assert shown["data"]["badge"] == "***"


@pytest.mark.parametrize("path", ["", ".", "a..b", "/", "data.**", "**"])
def test_k5_path_that_names_no_member_is_refused(path):
    with pytest.raises(ConfigurationError, match="names no member"):
        read_path(path)


def test_k5_pointer_names_members_with_dots_and_slashes():
    shown = mask(("/a.b/c~1d", "hide")).document({"a.b": {"c/d": 1, "e": 2}})

    assert shown == {"a.b": {"c/d": "***", "e": 2}}


# ------------------------------------------------------------------
# Texts
# ------------------------------------------------------------------


def test_k5_text_in_which_nothing_is_found_stays_as_it_came():
    text = '{"b":1,   "a": 2}'

    assert mask(("operator", "hide")).text(text) == text
    assert mask().text("no JSON") == "no JSON"
    assert mask(("operator", "hide")).text("") == ""


@pytest.mark.parametrize(
    "text",
    ["operator=Ann", "<operator>Ann</operator>", '{"operator": "Ann", "operator": ""}'],
)
def test_k5_text_that_cannot_be_read_for_sure_is_hidden_whole(text):
    assert mask(("operator", "hide")).text(text) == NOT_READABLE


def test_k5_text_of_a_json_body_shows_the_rest():
    shown = mask(("data.operator", "hide")).text(json.dumps(EVENT))

    assert json.loads(shown)["data"]["badge"] == "4711-0815"
    assert "Ann" not in shown


# ------------------------------------------------------------------
# Corrections
# ------------------------------------------------------------------


def edited(rules, change):
    """What becomes of the event when a person changes its masked form."""
    shown = rules.document(EVENT)
    change(shown)
    return rules.restored(shown, EVENT)


def test_k5_correction_of_a_masked_body_keeps_what_was_hidden():
    def correct(shown):
        shown["data"]["lines"][0]["good"] = 5

    whole = edited(mask(("**.operator", "hide")), correct)

    assert whole["data"]["operator"] == "Ann Smith"
    assert whole["data"]["lines"][0] == {"operator": "Bob", "good": 5}


def test_k5_correction_may_replace_what_it_does_not_see():
    def correct(shown):
        shown["data"]["operator"] = "Eve"

    assert edited(mask(("**.operator", "hide")), correct)["data"]["operator"] == "Eve"


def test_k5_line_that_is_removed_leaves_the_others_whole():
    def correct(shown):
        del shown["data"]["lines"][1]

    whole = edited(mask(("**.operator", "hide")), correct)

    assert whole["data"]["lines"] == [{"operator": "Bob", "good": 3}]


def test_k5_mask_that_was_moved_is_never_stored():
    def correct(shown):
        shown["data"]["lines"].append({"operator": "***", "good": 9})

    with pytest.raises(InvalidEventError) as refused:
        edited(mask(("**.operator", "hide")), correct)

    assert refused.value.code == "still_masked"
    assert refused.value.pointer == "/data/lines/2/operator"
