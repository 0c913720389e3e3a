"""Contracts: every shipped one is sound, and violations are named where they are."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from mfg_integration_core.exceptions import (
    ConfigurationError,
    InvalidEventError,
    UnknownEventTypeError,
)
from mfg_integration_core.protocols import cloudevents
from mfg_integration_core.protocols.contract import FORMATS, ContractBook

ADDONS = Path(__file__).resolve().parents[2] / "addons"
ORDER = "test.order.v1"
SCHEMA = {
    "type": "object",
    "required": ["order"],
    "properties": {
        "order": {"type": "string", "minLength": 1},
        "state": {"enum": ["open", "done"]},
        "good_quantity": {"type": "number", "minimum": 0},
        "at": {"type": "string", "format": "date-time"},
        "lots": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"name/no": {"type": "string"}},
            },
        },
        "asset": {
            "anyOf": [
                {"type": "null"},
                {"type": "object", "properties": {"id": {"type": "integer"}}},
            ]
        },
    },
    "additionalProperties": False,
}


def write_contract(folder, event_type, schema, example=None):
    (folder / f"{event_type}.schema.json").write_text(json.dumps(schema))
    (folder / f"{event_type}.example.json").write_text(json.dumps(example or {}))


@pytest.fixture
def book(tmp_path):
    write_contract(tmp_path, ORDER, SCHEMA)
    return ContractBook([tmp_path])


def shipped_contracts():
    return ContractBook(sorted(ADDONS.glob("*/contract")))


@pytest.mark.parametrize("event_type", shipped_contracts().types())
def test_example_of_every_shipped_contract_keeps_it(event_type):
    book = shipped_contracts()
    example = book.example(event_type)

    cloudevents.check_envelope(example)
    book.check(event_type, example["data"])

    assert example["type"] == event_type
    assert re.fullmatch(r"mfg(\.[a-z_]+){2}\.v[0-9]+|mfg\.ping\.v1", event_type)


def test_data_that_keeps_the_contract_passes(book):
    book.check(ORDER, {"order": "MO/1", "state": "done", "asset": {"id": 1}})


@pytest.mark.parametrize(
    ("data", "pointer", "words"),
    [
        ({}, "/data/order", "missing"),
        ({"order": ""}, "/data/order", "at least 1 characters"),
        ({"order": 7}, "/data/order", "must be text"),
        ({"order": "1", "state": "gone"}, "/data/state", '"open", "done"'),
        ({"order": "1", "good_quantity": -1}, "/data/good_quantity", "at least 0"),
        ({"order": "1", "at": "today"}, "/data/at", "2026-11-20T22:15:00Z"),
        ({"order": "1", "extra": 1}, "/data/extra", "not known"),
        ({"order": "1", "lots": [{}, {"name/no": 1}]}, "/data/lots/1/name~1no", "text"),
        ({"order": "1", "asset": {"id": "x"}}, "/data/asset/id", "whole number"),
        ("text", "/data", "must be an object"),
    ],
)
def test_violation_names_its_place_and_what_to_do(book, data, pointer, words):
    with pytest.raises(InvalidEventError) as caught:
        book.check(ORDER, data)

    assert caught.value.code == "schema_violation"
    assert caught.value.pointer == pointer
    assert words in caught.value.detail


def test_unknown_type_says_where_the_known_ones_are(book):
    with pytest.raises(UnknownEventTypeError) as caught:
        book.check("test.gone.v1", {})

    problem = caught.value.as_problem()
    assert problem["code"] == "unknown_event_type"
    assert problem["pointer"] == "/type"
    assert "/mfg/v1/contracts" in problem["remedy"]


def test_contract_without_example_is_refused_by_its_file_name(tmp_path):
    (tmp_path / "test.order.v1.schema.json").write_text("{}")

    with pytest.raises(ConfigurationError, match="test.order.v1.example.json"):
        ContractBook([tmp_path])


def test_file_that_is_no_schema_is_refused_by_its_name(tmp_path):
    write_contract(tmp_path, ORDER, {"type": "nonsense"})

    with pytest.raises(ConfigurationError, match="test.order.v1.schema.json"):
        ContractBook([tmp_path])


def test_type_described_by_two_addons_is_refused(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_contract(tmp_path / name, ORDER, SCHEMA)

    with pytest.raises(ConfigurationError, match="before"):
        ContractBook([tmp_path / "one", tmp_path / "two"])


# ------------------------------------------------------------------
# Two readers of one schema: the compiled one lets pass, the other one finds words
# ------------------------------------------------------------------

BOOK = shipped_contracts()
odd_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "x", "2026-11-20T22:15:00Z", "2026-02-30T00:00:00Z", "٣"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["id", "name", "quantity"]), inner, max_size=2
        )
    ),
    max_leaves=4,
)


@st.composite
def changed_examples(draw):
    """A type and the data of its example, of which some members are otherwise."""
    event_type = draw(st.sampled_from(BOOK.types()))
    data = dict(BOOK.example(event_type)["data"])
    members = st.sampled_from([*BOOK.schema(event_type).get("properties", {}), "extra"])
    data.update(draw(st.dictionaries(members, odd_values, max_size=2)))
    return event_type, data


@given(changed_examples())
def test_data_passes_exactly_when_the_standard_lets_it(changed):
    event_type, data = changed
    standard = Draft202012Validator(BOOK.schema(event_type), format_checker=FORMATS)

    try:
        BOOK.check(event_type, data)
    except InvalidEventError:
        assert not standard.is_valid(data)
    else:
        assert standard.is_valid(data)


# ------------------------------------------------------------------
# The envelope: its schema, for readers outside, and the check, for the doors
# ------------------------------------------------------------------

ENVELOPE = Draft202012Validator(shipped_contracts().envelope, format_checker=FORMATS)
SOUND = {"specversion": "1.0", "id": "1", "source": "/s", "type": "mfg.ping.v1"}

words = st.sampled_from(
    [
        "1.0",
        "",
        "x",
        "2026-11-20T22:15:00Z",
        "2026-11-20",
        "application/json",
        "a" * 300,
    ]
)
values = words | st.none() | st.booleans() | st.integers() | st.just([]) | st.just({})
names = st.sampled_from(
    [*SOUND, "subject", "time", "expirytime", "datacontenttype", "dataschema"]
    + ["correlationid", "sequence", "historical", "myextension", "My-Extension"]
    + ["data", "data_base64"]
)


def is_refused(event):
    try:
        cloudevents.check_envelope(event)
    except InvalidEventError:
        return True
    return False


@given(st.dictionaries(names, values, max_size=3), st.sets(names, max_size=1))
def test_schema_of_the_envelope_and_the_check_agree(changes, removed):
    event = {
        name: value for name, value in (SOUND | changes).items() if name not in removed
    }

    assert is_refused(event) == (not ENVELOPE.is_valid(event))


def test_example_of_the_envelope_passes(read_json):
    folder = ADDONS / "mfg_integration_core" / "contract"

    cloudevents.check_envelope(read_json(folder / "cloudevent.example.json"))
