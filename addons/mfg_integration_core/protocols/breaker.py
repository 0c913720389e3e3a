"""Whether an endpoint is worth a try: a circuit breaker as total functions.

*Closed*, everything is sent and its outcomes are remembered. When too many of the
recent ones failed it *opens*: nothing is sent for a pause, so no attempt of any message
is used up on a partner that is down. After the pause one message may go as a probe
(*half open*): its success closes the breaker, its failure opens it for twice as long.

Only the outcome of an attempt that began in the present state counts: one that was on
its way when the breaker opened has been judged by the others already.

All moments are epoch seconds. Source: M. Nygard, "Release It!", Circuit Breaker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

CLOSED, OPEN, HALF_OPEN = "closed", "open", "half_open"
SUCCEEDED, FAILED = ".", "x"


@dataclass(frozen=True)
class BreakerPolicy:
    """When a connector's breaker opens, and for how long.

    :param failure_share: share of the recent outcomes that failed, above 0 up to 1
    :param least_outcomes: fewer than these prove nothing
    :param window: outcomes that count as recent
    :param pause_s: first pause; each further one in a row is twice as long
    :param longest_pause_s: where the doubling ends
    :raise ValueError: when the numbers make no breaker
    """

    failure_share: float = 0.5
    least_outcomes: int = 5
    window: int = 20
    pause_s: float = 30
    longest_pause_s: float = 300

    def __post_init__(self):
        if not 0 < self.failure_share <= 1:
            raise ValueError("The share of failures is above 0 and at most 1.")
        if not 1 <= self.least_outcomes <= self.window:
            raise ValueError("The least outcomes are between 1 and the window.")
        if not 0 < self.pause_s <= self.longest_pause_s:
            raise ValueError("The pause must be above 0 s and within the longest.")


class BreakerView(NamedTuple):
    """The row of a breaker, as read; one that has no row yet is the default.

    :param since: when the state began
    :param until: end of the pause when open; when half open, the moment at which the
        probe is given up for lost
    :param recent: outcomes since it closed, oldest first, ``.`` and ``x``
    :param openings: how often it opened in a row
    """

    state: str = CLOSED
    since: float = 0.0
    until: float = 0.0
    recent: str = ""
    openings: int = 0


@dataclass(frozen=True)
class Allow:
    """Send."""


@dataclass(frozen=True)
class Refuse:
    """Send nothing before ``until``; what waits keeps its place and its attempts."""

    until: float


@dataclass(frozen=True)
class Probe:
    """One message may go, by whoever turns the breaker half open first."""


Verdict = Allow | Refuse | Probe
_ALLOW, _PROBE = Allow(), Probe()


def decide(view: BreakerView, now: float) -> Verdict:
    """Whether a message may be sent now."""
    if view.state == CLOSED:
        return _ALLOW
    return Refuse(view.until) if now < view.until else _PROBE


def begin_probe(view: BreakerView, now: float, longest_s: float) -> BreakerView:
    """The breaker while a probe is on its way.

    :param longest_s: a probe that has no outcome by then is lost
    """
    return view._replace(state=HALF_OPEN, since=now, until=now + longest_s)


def after_success(view: BreakerView, began_at: float, policy: BreakerPolicy):
    """The breaker once an attempt showed that the endpoint works."""
    if began_at < view.since or view.state == OPEN:
        return view
    if view.state == HALF_OPEN:
        return BreakerView(since=began_at)
    return view._replace(recent=_remember(view.recent, SUCCEEDED, policy))


def after_failure(
    view: BreakerView,
    began_at: float,
    now: float,
    policy: BreakerPolicy,
    retry_after: float | None = None,
) -> BreakerView:
    """The breaker once an attempt showed that the endpoint does not work.

    :param retry_after: seconds that the partner asked everybody to wait, if it did
    """
    if began_at < view.since or view.state == OPEN:
        return view
    recent = _remember(view.recent, FAILED, policy)
    if view.state == CLOSED and not _is_too_much(recent, policy):
        return view._replace(recent=recent)
    openings = view.openings + 1
    # The exponent is bounded too: 2.0 ** 1024 is an error.
    doubled = policy.pause_s * 2.0 ** min(openings - 1, 32)
    pause = max(min(doubled, policy.longest_pause_s), retry_after or 0.0)
    return BreakerView(OPEN, now, now + pause, recent, openings)


def _remember(recent: str, outcome: str, policy: BreakerPolicy) -> str:
    return (recent + outcome)[-policy.window :]


def _is_too_much(recent: str, policy: BreakerPolicy) -> bool:
    failures = recent.count(FAILED)
    return len(
        recent
    ) >= policy.least_outcomes and failures >= policy.failure_share * len(recent)
