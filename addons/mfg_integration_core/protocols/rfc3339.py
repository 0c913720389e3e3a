"""Moments in text, as CloudEvents, JSON Schema ``date-time`` and HTTP APIs write them.

Source: RFC 3339, section 5.6.
"""

from __future__ import annotations

import functools
import re
from datetime import datetime, timedelta, timezone

#: Odoo can't read earlier years back, and time zones reach past the last one.
FIRST_YEAR, LAST_YEAR = 1000, 9998

_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]"
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


# An event's moments are checked first and stored after.
@functools.lru_cache(maxsize=1024)
def parse(text: str) -> datetime:
    """The moment in UTC; digits beyond the microsecond are cut off.

    :raise ValueError: when ``text`` is no RFC 3339 moment, also when it has no offset
    """
    match = _MOMENT.fullmatch(text)
    if not match:
        raise ValueError(f"{text[:60]!r} is not an RFC 3339 moment with an offset")
    *numbers, fraction, zone = match.groups()
    year, month, day, hour, minute, second = map(int, numbers)
    # A leap second (:60) has no datetime of its own: it is the next full second.
    leap = timedelta(seconds=1 if second == 60 else 0)
    moment = datetime(
        year,
        month,
        day,
        hour,
        minute,
        min(second, 59) if leap else second,
        int((fraction or "0")[:6].ljust(6, "0")),
        tzinfo=timezone(_offset(zone)),
    )
    try:
        return moment.astimezone(timezone.utc) + leap
    except OverflowError as error:
        raise ValueError(f"{text[:60]!r} is outside of the calendar") from error


def parse_storable(text: str) -> datetime:
    """As :func:`parse`, of a moment that Odoo can keep and show again.

    :raise ValueError: also when no plant has lived through the year
    """
    moment = parse(text)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(
            f"{text[:60]!r} is not in the years {FIRST_YEAR} to {LAST_YEAR}"
        )
    return moment


def write(moment: datetime) -> str:
    """``2026-11-20T22:15:00.25Z`` style text in UTC, as short as exact.

    :raise ValueError: when ``moment`` has no time zone, since it could mean any
    """
    if moment.tzinfo is None:
        raise ValueError("A moment without time zone cannot be written unambiguously")
    text = moment.astimezone(timezone.utc).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def _offset(zone: str) -> timedelta:
    if zone in "Zz":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if hours > 23 or minutes > 59:
        raise ValueError(f"{zone} is not an offset from UTC")
    size = timedelta(hours=hours, minutes=minutes)
    return -size if zone[0] == "-" else size
