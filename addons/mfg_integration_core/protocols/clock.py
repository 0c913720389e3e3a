"""How far the clock of a sender is off, and what of its times can be believed.

What a sender says is compared with the moment at which it was received, by our clock.
Ahead of that is wrong for certain: nothing is received before it happened. Behind it is
no proof of a wrong clock, since what was buffered comes late and says truly when it
happened; only the moment of sending, where the sender signs it, tells a clock that is
behind.
"""

from __future__ import annotations

from datetime import datetime


def skew_s(
    happened: datetime | None, received: datetime, sent: datetime | None = None
) -> float:
    """Seconds that the sender's clock is ahead; negative when it is behind.

    0 when nothing tells. All moments are of one kind: with a time zone, or naive UTC.

    :param happened: when it happened, by the sender's clock
    :param sent: when it was sent, by the sender's clock
    """
    ahead = (happened - received).total_seconds() if happened else 0.0
    at_sending = (sent - received).total_seconds() if sent else 0.0
    return ahead if ahead > max(at_sending, 0.0) else at_sending


def flagged(skew: float, limit_s: int) -> int | None:
    """The skew in whole seconds where it is over the limit, else None."""
    return round(skew) if abs(skew) > limit_s else None


def believed(said: datetime, received: datetime) -> datetime:
    """The moment that something is taken to be of: as said, never later than received.

    What comes from the future would otherwise make all that follows look old.
    """
    return min(said, received)
