"""Moments as partners write them, each way of writing under one short name.

=================  ==============================================================
``iso``            RFC 3339, any number of fraction digits: ``2026-11-20T22:15:00Z``
``iso:3``          the same, written with exactly 3 fraction digits (0 to 9)
``iso_utc``        without offset, meaning UTC; ``iso_utc:3`` as above
``date``           ``2026-11-20``, midnight in UTC
``epoch_s``        seconds since 1970, ``epoch_ms`` milliseconds
``ms_date``        ``/Date(1795212900250)/``
``parts``          an object: ``{year, month, day, hour, minute, second}``
``%d.%m.%Y``       anything with ``%`` is a ``strftime`` pattern, in UTC
=================  ==============================================================

Many systems write "no date" as a date: 1970-01-01, 0001-01-01 or 0000-00-00 is read as
null, since nothing that a plant speaks of happened then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone

from . import rfc3339
from .template_text import to_text

_WITH_DIGITS = re.compile(r"(iso|iso_utc):([0-9])")
_NAIVE_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(?::(\d\d(?:\.\d+)?))?")
_MS_DATE = re.compile(r"/Date\((-?[0-9]{1,18})(?:[+-][0-9]{4})?\)/")
_PARTS = ("year", "month", "day", "hour", "minute", "second")
# The epoch in any zone of the world.
_NEAR_EPOCH_S = 14 * 3600


def parse(value, how: str) -> str | None:
    """A partner's moment as RFC 3339 text in UTC; None for null and for "no date".

    :raise ValueError: it is not written that way
    """
    if value is None or value == "" or _is_no_date(value):
        return None
    try:
        moment = _reader(how)(value if how == "parts" else to_text(value))
    except OverflowError as error:
        raise ValueError(f"{str(value)[:60]} is outside of the calendar") from error
    if moment.year <= 1 or abs(moment.timestamp()) <= _NEAR_EPOCH_S:
        return None
    return rfc3339.write(moment)


def write(text: str | None, how: str):
    """RFC 3339 text as the partner wants it; None stays None.

    :raise ValueError: ``text`` is no RFC 3339 moment
    """
    return None if text is None else _writer(how)(rfc3339.parse(text))


def is_known(how: str) -> bool:
    """Whether there is such a way of writing a moment."""
    return "%" in how or how in _WAYS or bool(_WITH_DIGITS.fullmatch(how))


def known() -> str:
    """The names of all ways, for an error text."""
    return f"{', '.join(_WAYS)}, iso:<digits>, iso_utc:<digits> or a pattern with %"


def _is_no_date(value) -> bool:
    return isinstance(value, str) and value.startswith(("0000-00-00", "0001-01-01"))


def _reader(how: str) -> Callable[[object], datetime]:
    if "%" in how:
        return lambda text: _in_utc(datetime.strptime(text, how))
    return _WAYS[how.partition(":")[0]][0]


def _writer(how: str) -> Callable[[datetime], object]:
    if "%" in how:
        return lambda moment: moment.strftime(how)
    name, _colon, digits = how.partition(":")
    if not digits:
        return _WAYS[name][1]
    end = "Z" if name == "iso" else ""
    return lambda moment: _with_digits(moment, int(digits)) + end


def _with_digits(moment: datetime, digits: int) -> str:
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{moment.microsecond:06d}".ljust(9, "0")[:digits]
    return f"{text}.{fraction}" if digits else text


def _in_utc(moment: datetime) -> datetime:
    """A moment without offset, read as UTC; with one, converted."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc)


def _read_naive_iso(text: str) -> datetime:
    match = _NAIVE_ISO.fullmatch(text)
    if not match:
        return rfc3339.parse(text)  # some write the offset all the same
    day, minutes, seconds = match.groups()
    return rfc3339.parse(f"{day}T{minutes}:{seconds or '00'}Z")


def _from_epoch(number: str, divisor: int) -> datetime:
    try:
        return rfc3339.from_epoch(float(number) / divisor)
    except (OverflowError, OSError) as error:
        raise ValueError(f"{number[:40]} is outside of the calendar") from error


def _read_ms_date(text: str) -> datetime:
    match = _MS_DATE.fullmatch(text)
    if not match:
        raise ValueError(f"{text[:60]!r} is not written as /Date(milliseconds)/")
    return _from_epoch(match[1], 1000)


def _epoch_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _read_parts(parts) -> datetime:
    if not isinstance(parts, Mapping):
        raise ValueError(f"an object with {', '.join(_PARTS)} is expected")
    try:
        numbers = [int(parts.get(name) or 0) for name in _PARTS]
    except TypeError as error:
        raise ValueError("the parts of a date must be numbers") from error
    if not any(numbers):
        return rfc3339.from_epoch(0)
    return datetime(*numbers, tzinfo=timezone.utc)


def _write_parts(moment: datetime) -> dict[str, int]:
    return {name: getattr(moment, name) for name in _PARTS}


_WAYS = {
    "iso": (rfc3339.parse, rfc3339.write),
    "iso_utc": (
        _read_naive_iso,
        lambda moment: moment.replace(tzinfo=None).isoformat(),
    ),
    "date": (
        lambda text: _in_utc(datetime.strptime(text, "%Y-%m-%d")),
        lambda moment: moment.date().isoformat(),
    ),
    "epoch_s": (
        lambda number: _from_epoch(number, 1),
        lambda moment: int(moment.timestamp()),
    ),
    "epoch_ms": (lambda number: _from_epoch(number, 1000), _epoch_ms),
    "ms_date": (_read_ms_date, lambda moment: f"/Date({_epoch_ms(moment)})/"),
    "parts": (_read_parts, _write_parts),
}
