"""The ``detail`` of a polled list: what is asked about an item, what becomes of it."""

import json

import pytest
from mfg_integration_core.exceptions import (
    PermanentDeliveryError,
    RetryableDeliveryError,
)
from mfg_integration_core.protocols.template_answer import Reply

from .test_template_poll import CONNECTOR, order, orders, read

DETAIL = {"method": "GET", "path": "/orders/{key}", "query": {"kind": "item.status"}}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def source():
    return orders(detail=DETAIL)


@pytest.fixture
def item(source):
    (item,) = read(source, order(wo="W/1")).items
    return item


def test_request_is_made_of_the_item_and_its_key(source, item):
    request = source.detail.request(item, CONNECTOR)

    assert request.url == "https://cmms.example.com/v1/orders/W%2F1?kind=OPEN"
    assert request.headers["Authorization"] == "Bearer s3cret"


def test_answer_stands_in_the_item_and_makes_no_other_version_of_it(source, item):
    told = source.detail.read(item, Reply(200, JSON, b'{"notes": ["a"]}'))

    assert told.document == {**item.document, "detail": {"notes": ["a"]}}
    assert (told.digest, told.key) == (item.digest, item.key)
    assert "detail" not in item.document


def numbered(*numbers):
    notes = [{"no": number, "text": f"note {number}"} for number in numbers]
    return Reply(200, JSON, json.dumps({"notes": notes}).encode())


@pytest.fixture
def parted():
    return orders(detail={**DETAIL, "parts": {"list": "notes", "number": "no"}}).detail


def test_parts_that_were_not_told_stand_in_the_item_by_their_numbers(parted, item):
    first = parted.read(item, numbered(9, 3))
    later = parted.read(item, numbered(12, 9, 3, "10"), first.mark)
    same = parted.read(item, numbered(12, 9, 3), later.mark)

    assert [part["no"] for part in first.document["parts"]] == [3, 9]
    assert [part["no"] for part in later.document["parts"]] == ["10", 12]
    assert same.document["parts"] == []
    assert (first.mark, later.mark, same.mark) == (9, 12, 12)
    assert first.digest == item.digest


def test_mark_outlives_parts_that_were_deleted(parted, item):
    told = parted.read(item, numbered(3), 9)

    assert (told.document["parts"], told.mark) == ([], 9)


def test_item_without_parts_has_none(parted, item):
    told = parted.read(item, Reply(200, JSON, b"{}"))

    assert (told.document["parts"], told.mark) == ([], None)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"notes": {"no": 1}}', "holds no list where"),
        ('{"notes": [{"text": "a"}]}', "has no whole number where"),
        ('{"notes": [{"no": "x1"}]}', "has no whole number where"),
        ('{"notes": [{"no": 1.5}]}', "has no whole number where"),
        ('{"notes": [{"no": -1}]}', "has no whole number where"),
    ],
)
def test_parts_that_cannot_be_numbered_stop_the_page(parted, item, content, told):
    with pytest.raises(RetryableDeliveryError, match=told) as caught:
        parted.read(item, Reply(200, JSON, content.encode()))

    assert caught.value.code == "answer_unreadable"


@pytest.mark.parametrize("status", [404, 410])
def test_item_that_has_gone_meanwhile_is_taken_as_it_was(source, item, status):
    assert source.detail.read(item, Reply(status, {}, b"")) is item


@pytest.mark.parametrize(
    ("reply", "error", "code"),
    [
        (Reply(503, {}, b""), RetryableDeliveryError, "http_503"),
        (Reply(403, {}, b""), PermanentDeliveryError, "http_403"),
        (Reply(200, JSON, b'{"no'), RetryableDeliveryError, "answer_unreadable"),
        (
            Reply(200, {"Content-Type": "text/html"}, b"<html>Log in</html>"),
            RetryableDeliveryError,
            "answer_unreadable",
        ),
    ],
)
def test_detail_that_cannot_be_had_stops_the_page(source, item, reply, error, code):
    with pytest.raises(error) as caught:
        source.detail.read(item, reply)

    assert caught.value.code == code
