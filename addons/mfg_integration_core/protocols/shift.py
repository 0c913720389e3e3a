"""The shift that a moment is in, by a weekly plan and the clock of the plant.

A plan has lines of one weekday, since that is how Odoo's working schedules are written:
from 22 to 24 on Monday, from 0 to 6 on Tuesday. What belongs together is told by the
name: lines of one name that meet at midnight, and lines of one name on one day with a
break of two hours at most between them, are one shift. It has the date on which it
begins.

Begins and ends are turned into instants before anything is compared, so that a shift
is an hour longer or shorter when the clocks change, and no moment is in two of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
UTC = timezone.utc
#: A longer gap between two lines of one name is no break.
LONGEST_BREAK = timedelta(hours=2)
#: Odoo's schedules end a day at 24:00, or a moment before it.
MIDNIGHT_H = 23.98


class Line(NamedTuple):
    """One line of a plan.

    :ivar weekday: 0 is Monday
    :ivar week: 0 or 1 where the plan has two weeks, see :func:`week_of`; None = both
    :ivar first: the first day that the line holds on, None = always
    :ivar last: the last one
    """

    name: str
    weekday: int
    from_h: float
    to_h: float
    week: int | None = None
    first: date | None = None
    last: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the plan has the line on that day."""
        return (
            self.weekday == day.weekday()
            and (self.week is None or self.week == week_of(day))
            and (self.first is None or self.first <= day)
            and (self.last is None or day <= self.last)
        )


class Shift(NamedTuple):
    """One shift: its name, the date on which it begins, its begin and end in UTC."""

    name: str
    day: date
    begin: datetime
    end: datetime


def week_of(day: date) -> int:
    """Which of two weeks a day is in, counted as Odoo does it."""
    return (day.toordinal() - 1) // 7 % 2


def shift_at(moment: datetime, lines: Iterable[Line], zone: str) -> Shift | None:
    """The shift that holds at a moment; the one that began last where several do.

    :param moment: with a time zone; the moment of a hand-over is of the next shift
    :param zone: IANA name of the plant's time zone
    :return: None when nobody works then
    """
    moment = moment.astimezone(UTC)
    today = moment.astimezone(ZoneInfo(zone)).date()
    # A shift that began yesterday may have been joined to one of the day before.
    around = [today + DAY * offset for offset in range(-3, 3)]
    found = [
        shift
        for shift in _joined(_spans(lines, around))
        if _instant(shift.begin, zone) <= moment < _instant(shift.end, zone)
    ]
    if not found:
        return None
    last = max(found, key=lambda shift: (shift.begin, shift.name))
    begin, end = (_instant(wall, zone) for wall in (last.begin, last.end))
    return Shift(last.name, last.begin.date(), begin, end)


def shifts_between(
    begin: datetime, end: datetime, lines: Iterable[Line], zone: str
) -> list[Shift]:
    """The shifts that begin from ``begin`` on and before ``end``, in order of time.

    Where shifts overlap, one ends when the next begins, as :func:`shift_at` has it.
    """
    place = ZoneInfo(zone)
    first = begin.astimezone(place).date() - 3 * DAY
    days = (end.astimezone(place).date() - first).days + 3
    found = [
        Shift(span.name, span.begin.date(), *_instants(span, zone))
        for span in _joined(_spans(lines, [first + DAY * n for n in range(days)]))
    ]
    found.sort(key=lambda shift: (shift.begin, shift.end))
    clipped = [
        shift._replace(end=min(shift.end, later.begin))
        for shift, later in zip(found, found[1:], strict=False)
    ] + found[-1:]
    return [shift for shift in clipped if begin <= shift.begin < end]


def worked_spans(
    shift: Shift, lines: Iterable[Line], zone: str
) -> list[tuple[datetime, datetime]]:
    """From when to when the plan has work in a shift: all of it but its breaks."""
    days = [shift.day + DAY * offset for offset in range(-1, 3)]
    found = []
    for span in _spans(lines, days):
        begin, end = _instants(span, zone)
        begin, end = max(begin, shift.begin), min(end, shift.end)
        if span.name == shift.name and begin < end:
            if found and begin <= found[-1][1]:
                begin, end = found[-1][0], max(found.pop()[1], end)
            found.append((begin, end))
    return found


class _Span(NamedTuple):
    """From when to when by the clock on the wall, without a time zone."""

    name: str
    begin: datetime
    end: datetime


def _spans(lines: Iterable[Line], days: list[date]) -> list[_Span]:
    """What the plan has on these days, in order of time."""
    lines = list(lines)
    return sorted(
        (
            _Span(line.name, _wall(day, line.from_h), _wall(day, line.to_h))
            for day in days
            for line in lines
            if line.from_h < line.to_h and line.holds_on(day)
        ),
        key=lambda span: (span.begin, span.end, span.name),
    )


def _wall(day: date, hours: float) -> datetime:
    """The moment at which the clock shows so many hours; 24 is the next day."""
    if hours >= MIDNIGHT_H:
        return datetime.combine(day + DAY, time())
    return datetime.combine(day, time()) + timedelta(minutes=round(hours * 60))


def _instants(span: _Span, zone: str) -> tuple[datetime, datetime]:
    return _instant(span.begin, zone), _instant(span.end, zone)


def _joined(spans: list[_Span]) -> Iterator[_Span]:
    """The shifts that the spans make up."""
    open_by_name: dict[str, _Span] = {}
    for span in spans:
        before = open_by_name.get(span.name)
        if before and _is_continued(before, span):
            span = _Span(span.name, before.begin, max(before.end, span.end))
        elif before:
            yield before
        open_by_name[span.name] = span
    yield from open_by_name.values()


def _is_continued(before: _Span, span: _Span) -> bool:
    """Whether the second span belongs to the shift of the first one."""
    if span.begin.date() == before.begin.date():
        return span.begin - before.end <= LONGEST_BREAK
    # Who works around the clock would else have one shift for ever.
    is_a_day_at_most = span.end - before.begin < DAY
    return before.end == span.begin and span.begin.time() == time() and is_a_day_at_most


def _instant(wall: datetime, zone: str) -> datetime:
    """When the clocks of a zone show ``wall``, in UTC.

    What they show twice is meant the first time; what they skip is when they skip it.
    """
    place = ZoneInfo(zone)
    early = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    if early.astimezone(place).replace(tzinfo=None) == wall:
        return early
    # Within the gap: search the second at which the offset changes.
    low, high = wall.replace(tzinfo=place, fold=1).astimezone(UTC), early
    offset = low.astimezone(place).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(place).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high
