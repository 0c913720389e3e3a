"""Answers of a partner: done, again later, or never."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.exceptions import (
    PermanentDeliveryError,
    RetryableDeliveryError,
)
from mfg_integration_core.protocols.template import Template
from mfg_integration_core.protocols.template_wait import retry_after

from .template_text import TEMPLATE

CREATE = Template.load(TEMPLATE, "acme.yaml").operation("create_order")
CLOSE = Template.load(TEMPLATE, "acme.yaml").operation("close_order")
HTML = b"<html><style>p {}</style><body><h1>Bad  gateway</h1></body></html>"


@pytest.mark.parametrize(
    ("status", "reference", "outcome"),
    [(201, "WO-1", "created"), (200, "WO-1", "done"), (202, 17, "accepted")],
)
def test_reference_is_read_from_the_answer(status, reference, outcome):
    body = json.dumps({"order": {"no": reference}}).encode()

    answer = CREATE.read_answer(status, {}, body)

    assert (answer.reference, answer.outcome) == (str(reference), outcome)


@pytest.mark.parametrize("body", [b"", b"{}", b"done", b"<order no='1'/>"])
def test_operation_that_needs_no_reference_takes_any_body(body):
    assert CLOSE.read_answer(204, {}, body).reference is None


@pytest.mark.parametrize(
    ("headers", "body"),
    [({}, HTML), ({"Content-Type": "text/html; charset=utf-8"}, b"Please log in")],
)
def test_web_page_is_no_yes(headers, body):
    with pytest.raises(RetryableDeliveryError, match="web page") as caught:
        CLOSE.read_answer(200, headers, body)

    assert caught.value.code == "answer_unreadable"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  ",
        HTML,
        b"{",
        b"{}",
        b'{"order": {"no": null}}',
        b'{"order": {"no": {}}}',
    ],
)
def test_taken_but_unreadable_leaves_the_decision_to_the_lookup(body):
    with pytest.raises(RetryableDeliveryError) as caught:
        CREATE.read_answer(201, {}, body)

    assert caught.value.code == "answer_unreadable"
    assert "looked up" in caught.value.detail


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_partner_that_may_take_it_later_is_tried_again(status):
    with pytest.raises(RetryableDeliveryError) as caught:
        CREATE.read_answer(status, {"Retry-After": "30"}, b"")

    assert (caught.value.retry_after, caught.value.code) == (30, f"http_{status}")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 100, 600, 0])
def test_partner_that_refuses_needs_a_person(status):
    with pytest.raises(PermanentDeliveryError) as caught:
        CREATE.read_answer(status, {}, b"")

    assert caught.value.code == f"http_{status}"


def test_redirect_is_never_followed_and_says_what_to_correct():
    with pytest.raises(PermanentDeliveryError) as caught:
        CREATE.read_answer(301, {"Location": "https://new.example.com/"}, b"")

    assert caught.value.code == "redirected"
    assert "https://new.example.com/" in caught.value.detail


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"detail": "unknown asset"}', "unknown asset"),
        (b'{"errors": ["Subject is empty", "No tracker"]}', "Subject is empty; No"),
        (b'{"error": {"message": "bad key"}}', "bad key"),
        (b"Service paused", "Service paused"),
        (HTML, "Bad gateway"),
        (b"", "(nothing)"),
        (b'{"code": 7}', '{"code": 7}'),
        (b"\xff\xfa", "\ufffd"),
    ],
)
def test_words_of_the_partner_reach_the_reader(body, said):
    with pytest.raises(PermanentDeliveryError) as caught:
        CREATE.read_answer(422, {}, body)

    assert said in caught.value.detail


DATE = "Fri, 20 Nov 2026 22:15:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "0"}, 0),
        ({"RETRY-AFTER": " 120 "}, 120),
        ({"Retry-After": "999999999999"}, 7 * 24 * 3600),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Fri, 20 Nov 2026 22:16:00 GMT", "Date": DATE}, 60),
        ({"Retry-After": "Fri, 20 Nov 2026 22:14:00 GMT", "Date": DATE}, 0),
        ({"Retry-After": "Fri, 20 Nov 2026 22:16:00 GMT"}, None),
        ({"Retry-After": "Fri, 20 Nov 2026 22:16:00", "Date": DATE}, None),
    ],
)
def test_asked_waiting_time_is_read(headers, seconds):
    assert retry_after(headers) == seconds


@pytest.mark.parametrize(
    ("status", "body", "reference"),
    [
        (200, b'[{"no": "WO-1"}]', "WO-1"),
        (200, b"[]", None),
        (404, b"", None),
        (410, HTML, None),
    ],
)
def test_lookup_says_whether_the_partner_has_it(status, body, reference):
    assert CREATE.read_lookup(status, {}, body) == reference


@pytest.mark.parametrize(("status", "body"), [(200, b""), (200, HTML), (503, b"")])
def test_lookup_that_cannot_tell_is_tried_again(status, body):
    with pytest.raises(RetryableDeliveryError) as caught:
        CREATE.read_lookup(status, {}, body)

    assert "took the request" not in caught.value.detail


@given(
    st.integers(0, 999),
    st.dictionaries(st.sampled_from(["Retry-After", "Date", "Location"]), st.text()),
    st.binary() | st.sampled_from([HTML, b"[]", b'{"order": {"no": [1]}}']),
)
def test_no_answer_breaks_the_reader(status, headers, body):
    try:
        CREATE.read_answer(status, headers, body)
    except (RetryableDeliveryError, PermanentDeliveryError) as error:
        assert error.code
