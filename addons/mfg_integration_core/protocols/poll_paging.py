"""How the next page of a list is asked for, and when there is none.

A place in a list is a small JSON object that is kept between pages and across crashes.
Its members are the variables that a request may use: ``cursor``, ``page``, ``offset``,
``limit``, ``range``; ``url`` is where a partner's own link leads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from ..exceptions import PermanentDeliveryError
from . import http_headers
from .expression import Expression, TemplateFunctions

_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[^,;]+)*)")
_REL = re.compile(r";\s*rel\s*=\s*\"?([^\";]*)", re.IGNORECASE)
_CONTENT_RANGE = re.compile(r"\s*\S+\s+(?:([0-9]+)-([0-9]+)|\*)/([0-9]+|\*)\s*")


@dataclass(frozen=True)
class Answered:
    """What paging looks at.

    :param url: that was asked, which a relative link starts from
    :param count: items on the page
    """

    url: str
    status: int
    headers: Mapping
    content: object
    count: int


class PagingPlan:
    """One kind of paging, as the template's ``paging`` describes it.

    :param spec: that section; {} = the partner answers the whole list at once
    :param where: file and path for error texts
    """

    def __init__(self, spec: Mapping, where: str, functions: TemplateFunctions):
        def compiled(name: str) -> Expression | None:
            text = spec.get(name)
            return text and Expression(text, f"{where}/{name}", functions)

        self.kind: str = spec.get("kind", "none")
        self.stable: bool = spec.get("stable", self.kind == "none")
        self._limit = spec.get("limit")
        self._header = spec.get("header")
        self._unit = spec.get("unit", "items")
        self._first = spec.get("first", 1)
        self._short_is_last: bool = spec.get("short_page_is_last", False)
        self._next, self._more = compiled("next"), compiled("more")
        self._total = compiled("total")

    def first(self) -> dict:
        """The place where a list begins."""
        place = {} if self._limit is None else {"limit": self._limit}
        if self.kind == "offset":
            place["offset"] = 0
        elif self.kind == "page":
            place["page"] = self._first
            place["offset"] = 0
        elif self.kind == "range":
            place |= self._range(0)
        return place

    def next(self, place: Mapping, answered: Answered) -> dict | None:
        """The place behind a page; None when it was the last.

        :raise ExpressionError: the page does not fit the template
        :raise PermanentDeliveryError: code ``foreign_page``: the partner's link leads
            to another host, which our credentials are not for
        """
        find: Callable = getattr(self, f"_after_{self.kind}")
        if self._more and not self._more.value(answered.content):
            return None
        return find(place, answered)

    def is_beyond_the_end(self, place: Mapping, status: int) -> bool:
        """Whether the answer means that a range begins behind the last item."""
        return self.kind == "range" and status == 416 and place["offset"] > 0

    # ------------------------------------------------------------- the partner's word

    def _after_none(self, _place: Mapping, _answered: Answered) -> None:
        return None

    def _after_cursor(self, place: Mapping, answered: Answered) -> dict | None:
        cursor = self._told(answered)
        return {**place, "cursor": cursor} if cursor else None

    def _after_next_url(self, place: Mapping, answered: Answered) -> dict | None:
        link = self._told(answered)
        return self._at_link(place, answered, link) if link else None

    def _after_link(self, place: Mapping, answered: Answered) -> dict | None:
        link = next_link(http_headers.find(answered.headers, "link") or "")
        return self._at_link(place, answered, link) if link else None

    def _told(self, answered: Answered) -> str | None:
        if self._header:
            return http_headers.find(answered.headers, self._header)
        return self._next.text(answered.content)

    def _at_link(self, place: Mapping, answered: Answered, link: str) -> dict:
        url = _joined(answered.url, link)
        if url is None or _origin(url) != _origin(answered.url):
            raise PermanentDeliveryError(
                f"The partner's link to the next page leads to {link[:200]}, which is "
                "another host than the connector's. It was not followed, since the "
                "connector's credentials are not meant for that host.",
                code="foreign_page",
                remedy="Enter the address of the connector as the partner writes it in "
                "its links.",
            )
        return {**place, "url": url}

    # ----------------------------------------------------------------------- counting

    def _after_offset(self, place: Mapping, answered: Answered) -> dict | None:
        # By what came, not by what was asked for: a partner may give less at once.
        offset = place["offset"] + answered.count
        return None if self._is_last(offset, answered) else {**place, "offset": offset}

    def _after_page(self, place: Mapping, answered: Answered) -> dict | None:
        offset = place["offset"] + answered.count
        if self._is_last(offset, answered):
            return None
        return {**place, "offset": offset, "page": place["page"] + 1}

    def _after_range(self, place: Mapping, answered: Answered) -> dict | None:
        offset = place["offset"] + answered.count
        told = http_headers.find(answered.headers, "content-range") or ""
        match = _CONTENT_RANGE.fullmatch(told)
        total = match[3] if match else "*"
        if total != "*" and offset >= int(total):
            return None
        if answered.status == 200 and not match:
            return None  # The partner ignored the range and answered the whole list.
        return None if self._is_last(offset, answered) else self._range(offset)

    def _is_last(self, offset: int, answered: Answered) -> bool:
        """Whether no page follows. An empty one is the only proof that never lies."""
        if not answered.count:
            return True
        if self._short_is_last and self._limit and answered.count < self._limit:
            return True
        total = self._total and self._total.value(answered.content)
        return isinstance(total, (int, float)) and offset >= total

    def _range(self, offset: int) -> dict:
        last = offset + self._limit - 1
        return {
            "limit": self._limit,
            "offset": offset,
            "range": f"{self._unit}={offset}-{last}",
        }


def next_link(header: str) -> str | None:
    """The target of ``rel="next"`` in a Link header (RFC 8288)."""
    for match in _LINK.finditer(header):
        relation = _REL.search(match[2])
        if relation and "next" in relation[1].lower().split():
            return match[1]
    return None


def _joined(url: str, link: str) -> str | None:
    """Where a link leads; None when it is no address at all."""
    try:
        joined = urljoin(url, link)
        _origin(joined)
    except ValueError:  # half an IPv6 address, a port that is no number
        return None
    return joined


def _origin(url: str) -> tuple:
    parts = urlsplit(url)
    port = parts.port
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port or default
