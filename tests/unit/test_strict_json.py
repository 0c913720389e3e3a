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


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ('{"id": 1, "id": 1}', "/id"),
        ('[{"a": 1}, {"data": {"a/b": 1, "c": 2, "a/b": 3}}]', "/1/data/a~1b"),
        # The one that counts for most readers hides what stands in the other.
        ('{"x": {"y": 1, "y": 2}, "x": 3}', "/x"),
        ('{"a": {"\\u0061": 1, "a": 2}}', "/a/a"),
    ],
)
def test_c1_member_that_an_object_has_twice_is_refused_with_its_place(text, pointer):
    with pytest.raises(InvalidEventError) as refused:
        strict_json.read(text)

    assert refused.value.code == "repeated_member"
    assert refused.value.pointer == pointer


def test_c1_repeated_member_before_bad_json_is_refused_without_a_place():
    with pytest.raises(InvalidEventError) as refused:
        strict_json.read('[{"a": 1, "a": 2}, ' + "[" * 100_000)

    assert (refused.value.code, refused.value.pointer) == ("repeated_member", None)


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
        assert error.code in ("not_json", "not_storable", "repeated_member")


def holds_something_unstorable(value):
    if isinstance(value, dict):
        return any(map(holds_something_unstorable, [*value, *value.values()]))
    if isinstance(value, list):
        return any(map(holds_something_unstorable, value))
    if isinstance(value, str):
        return any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value)
    return isinstance(value, float) and not math.isfinite(value)
