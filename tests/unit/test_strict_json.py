"""JSON from outside: whatever passes can be stored and computed with."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.exceptions import InvalidEventError
from mfg_integration_core.protocols import strict_json

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def test_byte_order_mark_of_some_frameworks_is_ignored():
    assert strict_json.read(b"\xef\xbb\xbf{}") == {}


def test_place_of_the_mistake_is_named():
    with pytest.raises(InvalidEventError, match="line 2, column 3"):
        strict_json.read(b'{"a": 1,\n  b}')


@given(json_values)
def test_value_is_read_as_written_or_refused_for_a_reason(value):
    text = json.dumps(value)

    try:
        assert strict_json.read(text.encode()) == value
    except InvalidEventError as error:
        assert error.code in ("not_json", "not_storable")
        assert holds_something_unstorable(value)


@given(st.binary())
def test_any_bytes_give_a_value_or_the_one_error(body):
    try:
        strict_json.read(body)
    except InvalidEventError as error:
        assert error.code in ("not_json", "not_storable")


def holds_something_unstorable(value):
    if isinstance(value, dict):
        return any(map(holds_something_unstorable, [*value, *value.values()]))
    if isinstance(value, list):
        return any(map(holds_something_unstorable, value))
    if isinstance(value, str):
        return any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value)
    return isinstance(value, float) and not math.isfinite(value)
