"""When a machine stood still, from its state history.

A machine stops when it leaves the state in which it produces, and the stop lasts until
it produces again, through whatever states it goes meanwhile. Where nobody knows what it
does, a stop ends: unknown time is neither production nor standstill.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from .state_history import PRODUCING, UNKNOWN, Point

#: States that end a stop.
BOUNDARIES = frozenset({PRODUCING, UNKNOWN})


class Stop(NamedTuple):
    """One time in which a machine did not produce.

    :ivar end: None while it still stands
    :ivar state: the first state of it
    :ivar is_fault: whether something broke in it
    :ivar is_lost: it ended because nobody knows how it went on
    """

    begin: datetime
    end: datetime | None
    state: str
    is_fault: bool = False
    is_lost: bool = False

    def lasts(self, now: datetime) -> timedelta:
        return (self.end or now) - self.begin


class Known(NamedTuple):
    """A stop that is written down already."""

    key: object
    begin: datetime
    end: datetime | None


def standstills(points: Iterable[Point]) -> list[Stop]:
    """Every time of not producing, however short, in order of time."""
    found: list[Stop] = []
    running: Stop | None = None
    for point in sorted(points, key=lambda point: point.place):
        if point.state not in BOUNDARIES:
            running = running or Stop(point.at, None, point.state)
            if point.is_fault:
                running = running._replace(is_fault=True)
        elif running:
            lost = point.state == UNKNOWN
            found.append(running._replace(end=point.at, is_lost=lost))
            running = None
    if running:
        found.append(running)
    return [stop for stop in found if stop.end != stop.begin]


def stops(points: Iterable[Point], minimum: timedelta, now: datetime) -> list[Stop]:
    """The standstills that count: as long as the minimum at least, or with a fault."""
    return [
        stop
        for stop in standstills(points)
        if stop.is_fault or stop.lasts(now) >= minimum
    ]


def reconcile(
    known: Iterable[Known], wanted: Iterable[Stop]
) -> tuple[list[tuple[object, Stop]], list[object]]:
    """What has to become of the stops written down, so that they are those wanted.

    A stop that is written down stays the same one, with its reason, when it turns out
    longer, shorter or cut in two; of the parts, the first one keeps it.

    :return: ``([(key or None for a new one, stop)], [key of what was none])``
    """
    left = sorted(known, key=lambda each: each.begin)
    kept = []
    for stop in sorted(wanted, key=lambda each: each.begin):
        mine = next((each for each in left if _overlap(each, stop)), None)
        if mine:
            left.remove(mine)
        kept.append((mine.key if mine else None, stop))
    return kept, [each.key for each in left]


def _overlap(one, other) -> bool:
    """Whether two times have more than an end in common."""
    begins_before = one.end is None or other.begin < one.end
    return begins_before and (other.end is None or one.begin < other.end)
