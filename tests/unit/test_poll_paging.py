"""How the next page is asked for, kind by kind."""

import pytest
from mfg_integration_core.exceptions import PermanentDeliveryError
from mfg_integration_core.protocols.expression import TemplateFunctions
from mfg_integration_core.protocols.poll_paging import (
    Answered,
    PagingPlan,
    next_link,
)

URL = "https://cmms.example.com/api/orders?page=1"


def plan(**spec):
    return PagingPlan(spec, "acme.yaml, paging", TemplateFunctions({}, "acme.yaml"))


def answered(content=None, *, count=2, status=200, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answered(URL, status, named, content, count)


def test_list_without_paging_has_one_page():
    assert plan().first() == {}
    assert plan().next({}, answered([1, 2])) is None


def test_cursor_of_the_body_is_handed_on_until_there_is_none():
    paging = plan(kind="cursor", next="meta.next", limit=50)

    assert paging.first() == {"limit": 50}
    following = paging.next({"limit": 50}, answered({"meta": {"next": 7}}))
    assert following == {"limit": 50, "cursor": "7"}
    for last in (None, ""):
        assert paging.next(following, answered({"meta": {"next": last}})) is None


def test_cursor_of_a_header_is_handed_on():
    paging = plan(kind="cursor", header="X-Next")

    assert paging.next({}, answered(x_next="abc")) == {"cursor": "abc"}
    assert paging.next({}, answered()) is None


def test_no_page_follows_when_the_partner_says_so_whatever_cursor_it_sends():
    paging = plan(kind="cursor", next="cursor", more="has_more")

    assert paging.next({}, answered({"cursor": "x", "has_more": True}))
    assert paging.next({}, answered({"cursor": "x", "has_more": False})) is None


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/api/orders?page=2", "https://cmms.example.com/api/orders?page=2"),
        ("?page=2", "https://cmms.example.com/api/orders?page=2"),
        ("https://cmms.example.com:443/x", "https://cmms.example.com:443/x"),
    ],
)
def test_next_address_of_the_body_may_be_whole_or_a_part(link, url):
    paging = plan(kind="next_url", next="next")

    assert paging.next({}, answered({"next": link})) == {"url": url}


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example.com/api/orders?page=2",
        "http://cmms.example.com/api/orders?page=2",
        "https://cmms.example.com:8443/",
        "//evil.example.com/",
        "https://[::1/",
        "https://cmms.example.com@evil.example.com/",
    ],
)
def test_next_address_on_another_host_is_refused(link):
    paging = plan(kind="next_url", next="next")

    with pytest.raises(PermanentDeliveryError) as caught:
        paging.next({}, answered({"next": link}))

    assert caught.value.code == "foreign_page"


@pytest.mark.parametrize(
    "header",
    [
        '</a?p=2>; rel="next"',
        '</a?p=1>; rel="prev", </a?p=2>; rel="next"; title="more"',
        '</a?p=2>; title="x"; rel=next',
        '</a?p=2>;rel="last next"',
    ],
)
def test_link_header_names_the_next_page(header):
    paging = plan(kind="link")

    following = paging.next({}, answered(link=header))

    assert following == {"url": "https://cmms.example.com/a?p=2"}


@pytest.mark.parametrize(
    "header", ["", '</a>; rel="prev"', "nonsense", '</a>; rel="nextish"']
)
def test_link_header_without_a_next_page_ends_the_list(header):
    assert next_link(header) is None


def test_offset_moves_by_what_came_since_partners_give_less_than_asked_for():
    paging = plan(kind="offset", limit=100)

    following = paging.next(paging.first(), answered(count=40))

    assert following == {"limit": 100, "offset": 40}
    assert paging.next(following, answered(count=0)) is None


def test_offset_ends_at_the_total_where_the_partner_tells_one():
    paging = plan(kind="offset", limit=2, total="total")

    following = paging.next(paging.first(), answered({"total": 3}))
    assert following["offset"] == 2
    assert paging.next(following, answered({"total": 3}, count=1)) is None


def test_short_page_is_the_last_one_only_where_the_template_says_so():
    page = answered(count=1)

    assert plan(kind="offset", limit=2).next({"limit": 2, "offset": 0}, page)
    sure = plan(kind="offset", limit=2, short_page_is_last=True)
    assert sure.next(sure.first(), page) is None


def test_pages_are_counted_from_where_the_partner_begins():
    paging = plan(kind="page", first=0, limit=2)

    following = paging.next(paging.first(), answered())

    assert following["page"] == 1
    assert paging.next(following, answered(count=0)) is None


def test_range_is_asked_for_until_its_total_is_reached():
    paging = plan(kind="range", limit=2)

    assert paging.first()["range"] == "items=0-1"
    page = answered(status=206, content_range="items 0-1/3")
    following = paging.next(paging.first(), page)
    assert following == {"limit": 2, "offset": 2, "range": "items=2-3"}
    last = answered(count=1, status=206, content_range="items 2-2/3")
    assert paging.next(following, last) is None


def test_range_behind_the_last_item_is_the_end_not_an_error():
    paging = plan(kind="range", limit=2)

    assert paging.is_beyond_the_end({"offset": 4}, 416)
    assert not paging.is_beyond_the_end({"offset": 0}, 416)
    assert not paging.is_beyond_the_end({"offset": 4}, 404)


def test_partner_that_ignores_the_range_has_answered_the_whole_list():
    paging = plan(kind="range", limit=2)

    assert paging.next(paging.first(), answered(count=9)) is None
