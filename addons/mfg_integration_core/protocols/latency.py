"""When something that need not go at once is due: in small batches, or in a window.

Source: design.md, section 2, "latency class".
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

NOW = "now"
MICRO_BATCH = "micro_batch"
WINDOW = "window"
_EPOCH = datetime(1970, 1, 1)


def release_at(
    latency: str,
    now: datetime,
    *,
    batch_s: int = 0,
    opens_h: float = 0.0,
    closes_h: float = 0.0,
    tz: str = "UTC",
) -> datetime | None:
    """The moment at which a thing of this latency class is due, None for at once.

    :param now: naive UTC, as is the answer
    :param batch_s: a micro-batch goes at every multiple of so many seconds
    :param opens_h: hour of the day, by the clock of ``tz``, at which a window opens
    :param closes_h: hour at which it closes; before ``opens_h`` = on the next day,
        the same = it never closes
    """
    if latency == MICRO_BATCH and batch_s > 0:
        return _next_multiple(now, batch_s)
    if latency == WINDOW and opens_h != closes_h:
        return _next_opening(now, opens_h, closes_h, tz)
    return None


def _next_multiple(now: datetime, batch_s: int) -> datetime:
    passed = int((now - _EPOCH).total_seconds())
    return _EPOCH + timedelta(seconds=(passed // batch_s + 1) * batch_s)


def _next_opening(
    now: datetime, opens_h: float, closes_h: float, tz: str
) -> datetime | None:
    local = now.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(tz))
    hour = local.hour + local.minute / 60 + local.second / 3600
    if opens_h < closes_h:
        is_open = opens_h <= hour < closes_h
    else:
        is_open = hour >= opens_h or hour < closes_h
    if is_open:
        return None
    day = local.date() if hour < opens_h else local.date() + timedelta(days=1)
    minutes = round(opens_h * 60)
    opening = datetime(
        day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=local.tzinfo
    )
    return opening.astimezone(timezone.utc).replace(tzinfo=None)
