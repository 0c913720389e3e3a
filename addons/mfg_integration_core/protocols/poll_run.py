"""How a poll goes on from page to page, and when it may move its watermark.

A *pass* reads the list from its first page to its last. While it is read, items may
move: one that changes goes to the end, those behind it slip forward by one place, and
the one that slips over the border between two pages is never seen. So a pass of several
pages that brought news is followed by another one, from the same watermark, until a
pass brings none. Only then the watermark moves: whatever changed in between was either
seen, or is found by the next pass. A list of one page, or one that the template calls
``stable``, needs no second pass.

All state is a small JSON object, so that a poll resumes after a crash where it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta

from ..exceptions import RetryableDeliveryError
from . import rfc3339

#: Passes in a row that bring news, after which the list is left alone for a while.
MAX_PASSES = 5


@dataclass(frozen=True)
class PollLimits:
    """What one poll may read before it takes a rest; it goes on where it stopped."""

    max_pages: int = 1000
    max_items: int = 100_000
    max_bytes: int = 100_000_000


@dataclass(frozen=True)
class Page:
    """One page that was read.

    :param digest: of its items, to know the same page again
    :param high: newest moment of change on it
    :param next: place of the next one, None behind the last
    """

    count: int
    size: int
    digest: str
    high: datetime | None
    next: Mapping | None


@dataclass(frozen=True)
class Run:
    """Where a poll is.

    :ivar number: of the pass, counted over the life of the source
    :ivar place: of the page that is read next
    :ivar requests: pages read in this pass
    :ivar news: what this pass brought
    :ivar passes: that ended with news, in a row
    :ivar high: newest moment of change seen in this poll, RFC 3339
    :ivar last_page: digest of the page before
    :ivar note: what was wrong with some item of this poll
    :ivar pages, items, size: read since the last rest
    """

    number: int
    place: Mapping
    requests: int = 0
    news: int = 0
    passes: int = 0
    high: str | None = None
    last_page: str = ""
    note: str | None = None
    pages: int = 0
    items: int = 0
    size: int = 0

    @classmethod
    def from_json(cls, content: Mapping) -> Run:
        """The run that :meth:`as_json` wrote, by this or an earlier version."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in content.items() if name in known})

    def as_json(self) -> dict:
        """What is kept between pages."""
        return asdict(self)

    def rested(self) -> Run:
        """The same place, with the limits beginning anew."""
        return replace(self, pages=0, items=0, size=0)


@dataclass(frozen=True)
class Step:
    """What follows a page.

    :param run: the poll goes on there; None = it is complete
    :param gone_before: the pass is complete, and what was seen by no pass since this
        number has disappeared; None = nothing can be said
    :param moves: the watermark may move to the newest moment seen
    :param restless: the list never stood still; it is read again later
    """

    run: Run | None
    gone_before: int | None = None
    moves: bool = False
    restless: bool = False
    high: str | None = None


def after_page(
    run: Run, page: Page, news: int, first: Mapping, stable: bool, full: bool
) -> Step:
    """What follows a page that was read and stored.

    :param news: events that the page made
    :param first: place where the list begins
    :param stable: items do not move while the list is read
    :param full: the list always tells everything, so that what is missing is gone
    """
    run = replace(
        run,
        requests=run.requests + 1,
        news=run.news + news,
        high=_later(run.high, page.high),
        last_page=page.digest if page.count else "",
        pages=run.pages + 1,
        items=run.items + page.count,
        size=run.size + page.size,
    )
    if page.next is not None:
        return Step(replace(run, place=dict(page.next)))
    sure = stable or run.requests == 1
    if sure:
        return Step(
            None, gone_before=run.number if full else None, moves=True, high=run.high
        )
    # What is missing from two passes has not merely slipped over a border.
    gone_before = run.number - 1 if full else None
    if not run.news:
        return Step(None, gone_before=gone_before, moves=True, high=run.high)
    if run.passes + 1 >= MAX_PASSES:
        return Step(None, gone_before=gone_before, restless=True)
    again = replace(
        run,
        number=run.number + 1,
        place=dict(first),
        requests=0,
        news=0,
        passes=run.passes + 1,
        last_page="",
    )
    return Step(again, gone_before=gone_before)


def check_page(run: Run, page: Page) -> None:
    """Return when the page may follow the one before it.

    :raise RetryableDeliveryError: code ``same_page``: the partner sends it again and
        again, so that reading on would never end
    """
    is_same_place = page.next is not None and dict(page.next) == dict(run.place)
    if is_same_place or (page.count and page.digest == run.last_page):
        raise RetryableDeliveryError(
            f"The partner answered page {run.requests + 1} with the page before it: it "
            "seems to ignore how the next page is asked for.",
            code="same_page",
            remedy="Compare `paging` of the template with the partner's documentation.",
        )


def over_limit(run: Run, limits: PollLimits) -> str | None:
    """The sentence about the limit that was reached, None when none was."""
    for read, most, what in (
        (run.pages, limits.max_pages, "pages"),
        (run.items, limits.max_items, "items"),
        (run.size, limits.max_bytes, "bytes"),
    ):
        if read >= most:
            return (
                f"The poll stopped at its limit of {most} {what}. Nothing is lost: it "
                "goes on from there at the next poll. Raise the limit in the template "
                "if such a long list is right."
            )
    return None


def move(
    watermark: datetime | None, high: str | None, now: datetime
) -> datetime | None:
    """The watermark after a complete poll: never back, never into the future.

    A partner whose clock is ahead, or that writes 2099, would else hide every change
    that comes before that moment.
    """
    if high is None:
        return watermark
    reached = min(rfc3339.parse(high), now)
    return max(watermark, reached) if watermark else reached


def asked_since(
    watermark: datetime | None, since: datetime | None, overlap_s: float
) -> datetime | None:
    """From when changes are asked for; None = from the beginning.

    :param since: nothing before it is wanted
    :param overlap_s: how long a change may take at the partner until it can be read
    """
    if watermark is None:
        return since
    begin = watermark - timedelta(seconds=overlap_s)
    return max(begin, since) if since else begin


def _later(high: str | None, moment: datetime | None) -> str | None:
    if moment is None:
        return high
    if high is not None and rfc3339.parse(high) >= moment:
        return high
    return rfc3339.write(moment)
