"""Cursors, limits and acknowledgements of partners that fetch their messages."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.exceptions import InvalidEventError
from mfg_integration_core.protocols import outbox_page
from mfg_integration_core.protocols.outbox_page import Acknowledgement


@given(st.integers(0, 2**31))
def test_c11_cursor_is_read_as_it_was_written(position):
    assert outbox_page.read_cursor(outbox_page.write_cursor(position)) == position


@given(st.text())
def test_c11_any_text_is_a_cursor_or_refused(text):
    try:
        assert outbox_page.read_cursor(text) >= 0
    except InvalidEventError as error:
        assert error.code == "bad_cursor"


@pytest.mark.parametrize("text", ["0", "-1", "501", "99999", "ten", "1.0", "٣", " 1"])
def test_c11_limit_that_is_no_number_of_messages_is_refused(text):
    with pytest.raises(InvalidEventError) as refused:
        outbox_page.read_limit(text)

    assert refused.value.code == "bad_limit"


def test_c11_wrong_item_takes_its_place_among_the_good_ones():
    items = [{"id": "a", "reference": "1"}, {"id": "b", "reference": 2}, "c"]

    first, second, third = outbox_page.read_acknowledgements(
        json.dumps({"acknowledgements": items}).encode()
    )

    assert first == Acknowledgement("a", "1")
    assert second.pointer == "/acknowledgements/1/reference"
    assert third.pointer == "/acknowledgements/2"


@pytest.mark.parametrize("body", ["[]", "{}", '{"acknowledgements": {}}', "null"])
def test_c11_request_that_acknowledges_nothing_is_refused(body):
    with pytest.raises(InvalidEventError) as refused:
        outbox_page.read_acknowledgements(body.encode())

    assert refused.value.code == "bad_acknowledgement"
