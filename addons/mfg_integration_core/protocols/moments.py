"""Moments as vendors write them, read without guessing and written without rounding up.

=============  ==================================================================
format         example
=============  ==================================================================
``iso``        ``2026-11-20T22:15:00.25Z``; read with any number of fraction
               digits, with or without an offset (see ``zone``), also a bare date
``iso:3``      the same, written with exactly 3 fraction digits (0 to 9)
``iso_utc``    ``2026-11-20T22:15:00``: without offset, meaning UTC; also
               ``iso_utc:3``
``date``       ``2026-11-20``
``epoch_s``    ``1795212900``, also with a fraction or as text
``epoch_ms``   ``1795212900250``
``ms_date``    ``/Date(1795212900250)/``
``parts``      an object or list of parts, see :func:`_from_parts`
a pattern      whatever ``strptime`` reads, e.g. ``%d.%m.%Y %H:%M:%S``
=============  ==================================================================

Everything finer than a microsecond is cut off, and whatever a format cannot hold is cut
off in writing: a watermark may come out early, never late. Moments before 1970-01-02
are how many systems write "none" (year 1, 1900, 1970), so they are None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

UTC = timezone.utc
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Moments before this one stand for no moment.
FIRST_REAL = EPOCH + timedelta(days=1)
_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?"
    r" ?([Zz]|UTC|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_WITH_DIGITS = re.compile(r"(iso|iso_utc):([0-9])")
_NUMBER = re.compile(r"(-?)([0-9]{1,18})(?:\.([0-9]+))?")
_MS_DATE = re.compile(r"/Date\((-?[0-9]{1,18})(?:[+-][0-9]{4})?\)/")
_PART_NAMES = ("year", "month", "day", "hour", "minute", "second")
#: Members of an object that hold the whole moment, and how it is written there.
_WHOLE = {
    "$date": "iso",
    "$numberLong": "epoch_ms",
    "dateTime": "iso",
    "date": "iso",
    "value": "iso",
    "seconds": "epoch_s",
    "_seconds": "epoch_s",
}
_ZONE_NAMES = ("timeZone", "timezone")


def read_moment(value, format: str = "iso", zone: str = "UTC") -> datetime | None:
    """The moment in UTC; None for null, empty text and a moment that means none.

    :param zone: IANA name of the zone that a moment without an offset is meant in
    :raise ValueError: ``value`` is not written in that format
    """
    if value is None or value == "":
        return None
    read = _READERS.get(_plain_format(format)) or _pattern_reader(format)
    try:
        moment = read(value, _zone(zone))
    except _BeforeTimeError:
        return None
    except (OverflowError, TypeError, LookupError) as error:
        raise _unreadable(value, format) from error
    return None if moment < FIRST_REAL else moment


def write_moment(moment: datetime, format: str = "iso", zone: str = "UTC"):
    """The moment as the partner wants it: text, number or object.

    :param moment: with a time zone
    :raise ValueError: without one
    """
    if moment.tzinfo is None:
        raise ValueError("A moment without time zone cannot be written unambiguously")
    plain, _colon, digits = format.partition(":")
    if plain in _WRITERS and digits == _digits_of(format):
        return _WRITERS[plain](moment.astimezone(UTC), digits)
    return moment.astimezone(_zone(zone)).strftime(format)


def check_format(format: str, zone: str = "UTC") -> None:
    """Return when format and zone are known.

    :raise ValueError: says which ones are
    """
    if _plain_format(format) not in _READERS and "%" not in format:
        known = ", ".join(_READERS)
        raise ValueError(f"{format!r} is no format of moments, only {known} or %Y …")
    _zone(zone)


def _plain_format(format: str) -> str:
    """The format without its number of fraction digits."""
    return _WITH_DIGITS.sub(r"\1", format)


def _digits_of(format: str) -> str:
    match = _WITH_DIGITS.fullmatch(format)
    return match[2] if match else ""


class _BeforeTimeError(Exception):
    """A moment so early that it stands for none."""


def _zone(name: str):
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    # ZoneInfo opens files by that name: each way of failing means a wrong name.
    except (LookupError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone such as Europe/Berlin") from error


def _unreadable(value, format: str) -> ValueError:
    return ValueError(f"{str(value)[:60]!r} is not written as {format}")


# ------------------------------------------------------------------
# Text
# ------------------------------------------------------------------


def _from_iso(value, zone) -> datetime:
    match = _ISO.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise _unreadable(value, "iso")
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    if int(year) < 1:
        raise _BeforeTimeError
    leap = second == "60"  # the next full second, as in RFC 3339
    moment = datetime(
        int(year),
        int(month),
        int(day),
        int(hour or 0),
        int(minute or 0),
        59 if leap else int(second or 0),
        0 if leap else int((fraction or "0")[:6].ljust(6, "0")),
        tzinfo=_offset(offset) if offset else zone,
    )
    return _in_utc(moment) + timedelta(seconds=1 if leap else 0)


def _offset(text: str) -> timezone:
    if text in ("Z", "z", "UTC"):
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:
        raise ValueError(f"{text} is not an offset from UTC")
    size = timedelta(hours=hours, minutes=minutes)
    return timezone(-size if text[0] == "-" else size)


def _in_utc(moment: datetime) -> datetime:
    if moment.year <= 1:  # would leave the calendar on its way to UTC
        raise _BeforeTimeError
    return moment.astimezone(UTC)


def _pattern_reader(pattern: str) -> Callable:
    def read(value, zone) -> datetime:
        try:
            moment = datetime.strptime(str(value), pattern)
        except ValueError as error:
            raise _unreadable(value, pattern) from error
        return _in_utc(moment if moment.tzinfo else moment.replace(tzinfo=zone))

    return read


# ------------------------------------------------------------------
# Numbers
# ------------------------------------------------------------------


def _from_number(value, per_second: int, format: str) -> datetime:
    """A count since 1970, computed in whole numbers: a double would round."""
    if isinstance(value, bool):
        raise _unreadable(value, format)
    match = _NUMBER.fullmatch(_plain(value))
    if not match:
        raise _unreadable(value, format)
    sign, whole, fraction = match.groups()
    if sign:
        raise _BeforeTimeError
    micros_each = 1_000_000 // per_second
    digits = (fraction or "")[:6].ljust(6, "0")
    micros = int(whole) * micros_each + int(digits) * micros_each // 1_000_000
    return EPOCH + timedelta(microseconds=micros)


def _plain(value) -> str:
    # A large float writes itself with an exponent; it holds no fraction of a second.
    if isinstance(value, float) and abs(value) >= 1e15:
        return str(int(value)) if abs(value) < 1e18 else ""
    return str(value).strip()


def _from_ms_date(value, _zone) -> datetime:
    match = _MS_DATE.fullmatch(str(value).replace("\\/", "/"))
    if not match:
        raise _unreadable(value, "ms_date")
    return _from_number(match[1], 1000, "ms_date")


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


# ------------------------------------------------------------------
# Objects
# ------------------------------------------------------------------


def _from_parts(value, zone) -> datetime:
    """A moment that is no single value.

    ``{"year": 2026, "month": 11, "day": 20, "hour": 22, …, "nano": 250000000}`` or the
    list of these; ``{"$date": …}``, ``{"dateTime": …, "timeZone": "Europe/Berlin"}``,
    ``{"date": …, "timezone": …}``, ``{"seconds": …, "nanos": …}``.
    """
    if isinstance(value, list):
        return _of_numbers(value[:6], value[6] if len(value) > 6 else 0, zone)
    if not isinstance(value, Mapping):
        raise _unreadable(value, "parts")
    for name, format in _WHOLE.items():
        if name in value:
            return _of_whole(value, name, format, zone)
    named = {str(name).lower(): part for name, part in value.items()}
    # Three at least; the rest of a day may be left out.
    numbers = [named[name] for name in _PART_NAMES[:3]]
    numbers += [named.get(name, 0) for name in _PART_NAMES[3:]]
    return _of_numbers(numbers, named.get("nano", named.get("nanos", 0)), zone)


def _of_whole(value: Mapping, name: str, format: str, zone) -> datetime:
    inner = value[name]
    named = next((value[key] for key in _ZONE_NAMES if value.get(key)), None)
    if isinstance(inner, Mapping):
        return _from_parts(inner, zone)
    if name == "$date" and not isinstance(inner, str):
        format = "epoch_ms"
    moment = _READERS[format](inner, _zone(named) if named else zone)
    nanos = value.get("nanos", value.get("nanoseconds", 0))
    return moment + timedelta(microseconds=int(nanos) // 1000)


def _of_numbers(numbers, nanos, zone) -> datetime:
    parts = [int(number) for number in numbers]
    if parts[0] <= 1:
        raise _BeforeTimeError
    return _in_utc(datetime(*parts, microsecond=int(nanos) // 1000, tzinfo=zone))


def _to_parts(moment: datetime) -> dict:
    return {name: getattr(moment, name) for name in _PART_NAMES}


# ------------------------------------------------------------------
# Formats
# ------------------------------------------------------------------


def _to_iso(moment: datetime, digits: str) -> str:
    return f"{_to_naive_iso(moment, digits)}Z"


def _to_naive_iso(moment: datetime, digits: str) -> str:
    """As short as exact, unless a number of fraction digits is asked for."""
    fraction = f"{moment.microsecond:06d}"
    if digits:
        fraction = fraction.ljust(int(digits), "0")[: int(digits)]
    else:
        fraction = fraction.rstrip("0")
    text = f"{moment:%Y-%m-%dT%H:%M:%S}"
    return f"{text}.{fraction}" if fraction else text


_READERS: dict[str, Callable] = {
    "iso": _from_iso,
    "iso_utc": lambda value, _zone: _from_iso(value, UTC),
    "date": _from_iso,
    "epoch_s": lambda value, _zone: _from_number(value, 1, "epoch_s"),
    "epoch_ms": lambda value, _zone: _from_number(value, 1000, "epoch_ms"),
    "ms_date": _from_ms_date,
    "parts": _from_parts,
}
_WRITERS: dict[str, Callable] = {
    "iso": _to_iso,
    "iso_utc": _to_naive_iso,
    "date": lambda moment, _digits: f"{moment:%Y-%m-%d}",
    "epoch_s": lambda moment, _digits: _micros(moment) // 1_000_000,
    "epoch_ms": lambda moment, _digits: _micros(moment) // 1000,
    "ms_date": lambda moment, _digits: f"/Date({_micros(moment) // 1000})/",
    "parts": lambda moment, _digits: _to_parts(moment),
}
