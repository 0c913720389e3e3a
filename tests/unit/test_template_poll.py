"""The ``sources`` of a template: what is asked, what is read, what it means."""

import json
from datetime import datetime, timezone

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.exceptions import (
    ConfigurationError,
    InvalidEventError,
    MfgIntegrationError,
    PermanentDeliveryError,
    RetryableDeliveryError,
    UnmappedValueError,
)
from mfg_integration_core.protocols.template import Template

NOON = datetime(2026, 11, 20, 12, 0, 0, 250000, timezone.utc)
CONNECTOR = {
    "base_url": "https://cmms.example.com/v1",
    "username": "",
    "secret": "s3cret",
}
URL = "https://cmms.example.com/v1/orders"
SOURCE = """
request:
  method: GET
  path: /orders
  query: {since: watermark, "page[size]": limit, $skip: offset, kind: =open work}
items: data
key: wo
changed_at: {value: changed, format: epoch_ms}
deleted_when: removed
paging: {kind: offset, limit: 2}
events:
  - when: deleted
    event_type: mfg.maintenance.reported.v1
    data: {work_order: key, state: =cancelled}
  - when: item.kind != 'note'
    event_type: mfg.maintenance.reported.v1
    data:
      work_order: item.wo
      state: "map('status', item.status)"
      at: changed_at
"""


def template(source=None, **changes):
    """A template with the source ``orders``; a change of None leaves that part out."""
    spec = {**yaml.safe_load(source or SOURCE), **changes}
    content = {
        "template": "acme",
        "name": "Acme CMMS",
        "version": 1,
        "auth": {"scheme": "bearer"},
        "check": {"method": "GET", "path": "/ping"},
        "value_maps": {"status": {"OPEN": "in_progress"}},
        "sources": {
            "orders": {name: part for name, part in spec.items() if part is not None}
        },
    }
    return Template.load(yaml.safe_dump(content, sort_keys=False), "acme.yaml")


def orders(source=None, **changes):
    return template(source, **changes).source("orders")


def order(**changes):
    return {"wo": "WO-1", "changed": 1795176000250, "status": "OPEN", **changes}


def read(source, *items, place=None, status=200, body=None, headers=None):
    body = json.dumps({"data": items}).encode() if body is None else body
    place = source.paging.first() if place is None else place
    return source.read(place, URL, status, headers or {}, body)


# ------------------------------------------------------------------
# Asking
# ------------------------------------------------------------------


def test_query_is_filled_in_and_what_is_empty_is_left_out():
    source = orders()

    first = source.request(source.paging.first(), None, CONNECTOR)
    later = source.request({"limit": 2, "offset": 40}, NOON, CONNECTOR)

    assert first.url == f"{URL}?page[size]=2&$skip=0&kind=open%20work"
    assert "since=1795176000250&" in later.url
    assert "$skip=40" in later.url
    assert first.headers["Authorization"] == "Bearer s3cret"


def test_posted_search_holds_watermark_and_cursor_in_its_body():
    source = orders(
        request={
            "method": "POST",
            "path": "/search",
            "body": {
                "filter": {"field": "=changed", "from": "watermark"},
                "at": "cursor",
            },
        },
        paging={"kind": "cursor", "next": "next"},
        watermark={"format": "iso:3"},
    )

    request = source.request({"cursor": "c2"}, NOON, CONNECTOR)

    assert json.loads(request.body) == {
        "filter": {"field": "changed", "from": "2026-11-20T12:00:00.250Z"},
        "at": "c2",
    }


def test_range_is_a_header():
    source = orders(
        request={"method": "GET", "path": "/orders", "headers": {"Range": "range"}},
        paging={"kind": "range", "limit": 50},
    )

    request = source.request(source.paging.first(), None, CONNECTOR)

    assert request.headers["Range"] == "items=0-49"


def test_link_of_the_partner_replaces_the_address():
    source = orders(paging={"kind": "next_url", "next": "next"})

    request = source.request({"url": f"{URL}?after=5"}, NOON, CONNECTOR)

    assert request.url == f"{URL}?after=5"
    assert request.headers["Authorization"] == "Bearer s3cret"


# ------------------------------------------------------------------
# Reading
# ------------------------------------------------------------------


def test_page_is_cut_into_items():
    read_page = read(orders(), order(), order(wo=2, removed=True))

    first, second = read_page.items
    assert (first.key, first.changed_at, first.deleted) == ("WO-1", NOON, False)
    assert (second.key, second.deleted) == ("2", True)
    assert read_page.page.high == NOON
    assert read_page.page.next == {"limit": 2, "offset": 2}
    assert read_page.unreadable is None


def test_only_what_the_template_compares_by_makes_another_version():
    source = orders(compare_by={"status": "status"})

    one, two, three = read(
        source, order(seen=1), order(seen=2), order(status="DONE")
    ).items

    assert one.digest == two.digest != three.digest


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"wo": None}, "key"),
        ({"wo": {}}, "key"),
        ({"changed": "soon"}, "soon"),
    ],
)
def test_item_that_cannot_be_read_is_taken_and_told_of(changes, told):
    read_page = read(orders(), order(**changes), order())

    assert len(read_page.items) == 2
    assert told in read_page.unreadable
    assert read_page.page.high == NOON


def test_null_date_is_no_moment():
    assert read(orders(), order(changed=0)).items[0].changed_at is None


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "empty"),
        (b'{"data": [{"no"', "no JSON"),
        (b"<html><h1>Please log in</h1></html>", "Please log in"),
        (b'{"error": "token expired"}', "token expired"),
        (b'{"data": {"no": 1}}', "no list"),
        (b'[{"no": 1}]', "no list"),
        ('{"data": "größer"}'.encode("latin-1"), "UTF-8"),
        (b'{"data": [{"no": "\\u0000"}]}', "U+0000"),
    ],
)
def test_answer_that_is_no_page_is_an_error_with_what_the_partner_said(body, told):
    with pytest.raises(RetryableDeliveryError, match="answer") as caught:
        read(orders(), body=body)

    assert told in caught.value.detail
    assert caught.value.code == "answer_unreadable"


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "wo", "changed", "removed", "status", "year"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    json_values.map(json.dumps).map(str.encode) | st.binary(max_size=40),
    st.sampled_from(["iso", "epoch_s", "epoch_ms", "ms_date", "parts", "%d.%m.%Y"]),
    st.sampled_from(
        [
            {"kind": "cursor", "next": "data[0].wo"},
            {"kind": "next_url", "next": "data[0].wo"},
            {"kind": "offset", "total": "data[0].changed"},
        ]
    ),
)
def test_whatever_a_partner_answers_ends_in_items_or_in_a_sentence(
    body, format, paging
):
    source = orders(changed_at={"value": "changed", "format": format}, paging=paging)

    try:
        read_page = read(source, body=body)
        for item in read_page.items:
            source.event(item.document, item.key, item.deleted, "e")
    except MfgIntegrationError as error:
        assert str(error)


def test_refusals_are_told_as_those_of_a_delivery():
    with pytest.raises(RetryableDeliveryError) as busy:
        read(orders(), status=429, headers={"Retry-After": "7"})
    with pytest.raises(PermanentDeliveryError) as denied:
        read(orders(), status=401)

    assert busy.value.retry_after == 7
    assert denied.value.code == "http_401"


# ------------------------------------------------------------------
# Meaning
# ------------------------------------------------------------------


def test_item_is_put_into_our_terms():
    event = orders().event(order(), "WO-1", False, "e-1")

    assert event.event_type == "mfg.maintenance.reported.v1"
    assert (event.event_id, event.key, event.time) == ("e-1", "WO-1", NOON)
    assert event.data == {
        "work_order": "WO-1",
        "state": "in_progress",
        "at": "2026-11-20T12:00:00.25Z",
    }


def test_item_that_has_disappeared_has_a_rule_of_its_own():
    event = orders().event({}, "WO-1", True, "e-1")

    assert event.data == {"work_order": "WO-1", "state": "cancelled"}
    assert event.time is None


def test_item_without_a_rule_is_ignored():
    assert orders().event(order(kind="note"), "WO-1", False, "e").event_type is None


def test_unknown_word_waits_for_a_mapping_and_a_missing_key_is_told():
    with pytest.raises(UnmappedValueError):
        orders().event(order(status="ASLEEP"), "WO-1", False, "e")
    with pytest.raises(InvalidEventError, match="no key"):
        orders().event(order(wo=None), None, False, "e")


# ------------------------------------------------------------------
# Wrong templates
# ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"changed_at": None}, "sources/orders/changed_at is missing"),
        ({"items": None}, "sources/orders/items is missing"),
        ({"items": "data["}, "sources/orders/items: 'data['"),
        ({"events": []}, "sources/orders/events must have at least 1"),
        ({"every_s": 0}, "sources/orders/every_s must be at least 1"),
        ({"compare": "some"}, "sources/orders/compare must be 'full'"),
        ({"paging": {"kind": "scroll"}}, "sources/orders/paging/kind must be one of"),
        ({"paging": {"kind": "cursor"}}, "sources/orders/paging/next is missing"),
        ({"paging": {"kind": "link", "first": 0}}, "paging/first may not stand here"),
        ({"paging": {"kind": "range"}}, "sources/orders/paging/limit is missing"),
        (
            {"changed_at": {"value": "at", "format": "epoch"}},
            "sources/orders/changed_at/format must match",
        ),
        (
            {"changed_at": {"value": "at", "zone": "Mars/Base"}},
            "sources/orders/changed_at: 'Mars/Base' is no time zone",
        ),
        (
            {"request": {"method": "GET", "path": "/x", "query": {"a": "b("}}},
            "sources/orders/request/query/a",
        ),
        ({"detail": {"path": "/x"}}, "sources/orders/detail/method is missing"),
        (
            {"detail": {"method": "GET", "path": "/x/{key(}"}},
            "sources/orders/detail/path",
        ),
        (
            {"events": [{"event_type": "mfg.a.v1", "data": {"x": "map('none', key)"}}]},
            "sources/orders/events/0/data/x",
        ),
    ],
)
def test_wrong_source_is_refused_with_its_place(changes, place):
    with pytest.raises(ConfigurationError) as caught:
        orders(**changes)

    assert str(caught.value).startswith("acme.yaml, ")
    assert place in str(caught.value)


def test_full_compare_needs_no_moment_of_change():
    assert orders(compare="full", changed_at=None).full


def test_source_that_does_not_exist_is_named_with_those_that_do():
    with pytest.raises(ConfigurationError, match="only: orders"):
        template().source("assets")
