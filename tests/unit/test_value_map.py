import pytest
from mfg_integration_core.protocols.template_targets import allowed_words
from mfg_integration_core.protocols.value_map import (
    BOTH,
    IN,
    OUT,
    Entry,
    Words,
    laid_over,
)

BERLIN, LYON = 1, 2


def entry(code, meaning, *, way=BOTH, plant=0, name="status", words=None):
    return Entry(name, way, plant, code, meaning, words or (meaning,))


def test_b1_code_that_nobody_mapped_means_nothing():
    words = Words([entry("WIP", "in_progress")])

    assert words.ours("status", "wip") is None
    assert words.ours("priority", "WIP") is None


def test_b2_words_of_the_plant_go_before_those_of_the_connector():
    words = Words([entry("10", "open"), entry("10", "closed", plant=BERLIN)])

    assert words.ours("status", "10", BERLIN) == "closed"
    assert words.ours("status", "10", LYON) == "open"
    assert words.ours("status", "10") == "open"


def test_b2_plant_adds_to_the_words_of_the_connector():
    words = Words([entry("10", "open"), entry("20", "closed", plant=BERLIN)])

    assert words.told(IN, BERLIN) == {"status": {"10": "open", "20": "closed"}}
    assert words.told(IN, LYON) == {"status": {"10": "open"}}
    assert words.plants == {BERLIN}


def test_b2_entry_is_read_only_in_its_direction():
    words = Words([entry("DONE", "completed", way=IN), entry("FIN", "done", way=OUT)])

    assert words.ours("status", "DONE") == "completed"
    assert words.theirs("status", "completed") is None
    assert words.theirs("status", "done") == "FIN"
    assert words.ours("status", "FIN") is None


def test_b2_record_is_known_by_each_of_its_names_and_told_by_the_first():
    words = Words([entry("EA", "uom.uom,1", name="uom", words=("Units", "Einheiten"))])

    assert words.told(OUT) == {"uom": {"Units": "EA", "Einheiten": "EA"}}
    assert words.told(IN) == {"uom": {"EA": "Units"}}
    assert words.theirs("uom", "uom.uom,1") == "EA"


def test_b2_own_words_go_before_the_shipped_and_leave_these_alone():
    shipped = {"status": {"NEW": "requested", "WIP": "in_progress"}}

    merged = laid_over(shipped, {"status": {"WIP": "scheduled"}})

    assert merged == {"status": {"NEW": "requested", "WIP": "scheduled"}}
    assert shipped["status"]["WIP"] == "in_progress"


@pytest.mark.parametrize(
    ("shipped", "told"), [({"low": 1}, 7), ({"low": "1"}, "7"), ({"on": True}, "7")]
)
def test_b2_code_is_a_number_where_the_shipped_ones_are(shipped, told):
    merged = laid_over({"priority": shipped}, {"priority": {"high": "7"}})

    assert merged["priority"]["high"] == told
    assert type(merged["priority"]["high"]) is type(told)


def test_b1_contract_names_the_words_that_a_member_takes():
    schema = {"properties": {"state": {"enum": ["open", None]}, "note": {}}}

    assert allowed_words(schema, ("state",)) == ["open"]
    assert allowed_words(schema, ("note",)) is None
    assert allowed_words(schema, ("else", "where")) is None
