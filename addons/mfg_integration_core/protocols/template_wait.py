"""How long a partner asks us to wait, in the header of its choice.

Source: RFC 9110, 10.2.3 (Retry-After); vendors' rate limit headers, which give the
seconds until, or the moment when, calls are taken again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from . import http_headers

# A partner that asks for more is mistaken; its answer must not stop a lane for good.
LONGEST_RETRY_AFTER_S = 7 * 24 * 3600.0
#: Unit of a header: seconds in one of it, and whether it counts from 1970.
UNITS = {
    "seconds": (1.0, False),
    "milliseconds": (0.001, False),
    "minutes": (60.0, False),
    "epoch_s": (1.0, True),
    "epoch_ms": (0.001, True),
}
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?")


def retry_after(headers: Mapping) -> float | None:
    """Seconds that the partner asks to wait; None when it does not, or unreadably.

    A date is counted from the answer's own ``Date``, so that clocks need not agree.
    """
    value = http_headers.find(headers, "retry-after") or ""
    if re.fullmatch(r"[0-9]{1,12}", value):
        return _bounded(float(value))
    try:
        until = parsedate_to_datetime(value)
        since = parsedate_to_datetime(http_headers.find(headers, "date") or "")
        return _bounded((until - since).total_seconds())
    except (TypeError, ValueError):  # no date, or only one of them with a time zone
        return None


class WaitPlan:
    """Reads ``Retry-After`` and the header that a template names besides.

    :param spec: ``{header, unit}`` of ``limits.wait``; None when there is none
    """

    def __init__(self, spec: Mapping | None):
        self._header = spec and spec["header"]
        self._unit = UNITS[spec["unit"]] if spec else None

    def read(self, headers: Mapping, now: float) -> float | None:
        """Seconds to wait; None when the partner does not say.

        :param now: epoch seconds, for an answer without a ``Date`` of its own
        """
        asked = retry_after(headers)
        if asked is not None or self._header is None:
            return asked
        value = http_headers.find(headers, self._header) or ""
        if not _NUMBER.fullmatch(value):
            return None
        factor, is_moment = self._unit
        seconds = float(value) * factor
        return _bounded(seconds - _now_there(headers, now) if is_moment else seconds)


def _now_there(headers: Mapping, now: float) -> float:
    """The moment of the answer by the partner's clock, which its header goes by."""
    try:
        return parsedate_to_datetime(http_headers.find(headers, "date")).timestamp()
    except (TypeError, ValueError):
        return now


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_S)
