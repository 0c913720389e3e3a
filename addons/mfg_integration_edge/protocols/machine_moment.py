"""Moments of machine events as PostgreSQL counts them: in microseconds since 2000."""

from datetime import datetime, timedelta
from functools import lru_cache

from odoo.addons.mfg_integration_core.protocols import rfc3339

EPOCH = datetime(2000, 1, 1)
_MICROSECOND = timedelta(microseconds=1)
_SECONDS = len("2000-01-01T00:00:00")


def since_epoch(moment: datetime) -> int:
    """A naive moment in UTC as PostgreSQL counts it."""
    return (moment - EPOCH) // _MICROSECOND


_FIRST = since_epoch(datetime(rfc3339.FIRST_YEAR, 1, 1))
_BEHIND = since_epoch(datetime(rfc3339.LAST_YEAR + 1, 1, 1))


def microseconds(text: str) -> int:
    """An RFC 3339 moment, digits beyond the microsecond cut off.

    Events of a request share their seconds, their fractions or both, so each of the two
    is read once.

    :raise ValueError: no moment, or not one of the years that Odoo can keep
    """
    moment = _of_second(text[:_SECONDS]) + _of_rest(text[_SECONDS:])
    if not _FIRST <= moment < _BEHIND:
        raise ValueError(f"{text[:60]!r} is in no year that can be kept")
    return moment


@lru_cache(maxsize=4096)
def _of_second(text: str) -> int:
    return since_epoch(rfc3339.parse(text + "Z").replace(tzinfo=None))


@lru_cache(maxsize=4096)
def _of_rest(text: str) -> int:
    """What the fraction and the offset add."""
    moment = rfc3339.parse(f"{EPOCH.isoformat()}{text}")
    return since_epoch(moment.replace(tzinfo=None))
