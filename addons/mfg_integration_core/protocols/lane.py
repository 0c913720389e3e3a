"""What to do next with one ordered lane: total decisions without side effects.

A lane is (connector, direction, ordering key). Its messages leave one at a time, in
order: only the *head*, the first message that is not final, is ever looked at. Whoever
works on a lane holds its lease, a token with a deadline, committed before anything
leaves; results count only under the token that is still valid. A worker that dies
leaves an expired lease over a head that is ``delivering``: nobody knows whether the
partner has it, so the next worker recovers (looks it up) before it sends again.

All moments are epoch seconds. The engine applies these decisions with SQL; the
simulation in the tests applies them to a model, millions of times.

Source: design.md, section 2, invariants 2 and 3.
"""

from __future__ import annotations

from dataclasses import dataclass

# Nothing further happens to these by itself; the lane goes on behind them.
FINAL_OUT = frozenset(
    {"delivered", "acknowledged", "superseded", "expired", "cancelled"}
)
FINAL_IN = frozenset({"processed", "rejected", "ignored"})
FINAL = FINAL_OUT | FINAL_IN
# The lane stops at these until somebody or something acts, so that order is kept.
PARKING = frozenset({"held", "dead", "waiting"})
# A worker was at it; under no valid lease its outcome is unknown.
IN_FLIGHT = frozenset({"delivering", "processing"})
READY = frozenset({"pending", "received", "retry"})

# On top of the longest exchange: time to write its result before the lease runs out.
LEASE_MARGIN_S = 30.0


@dataclass(frozen=True)
class LaneView:
    """The row of a lane, as read.

    :param next_at: not before this moment, e.g. since the partner asked for a pause
    """

    lease_token: str | None = None
    lease_until: float | None = None
    next_at: float | None = None
    parked: bool = False
    parked_reason: str | None = None


@dataclass(frozen=True)
class HeadView:
    """The first message or event of the lane that is not final."""

    state: str
    next_attempt_at: float | None = None
    attempt_count: int = 0
    expires_at: float | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Deliver:
    """Claim the lane and work on the head; this will be its ``attempt``-th attempt."""

    attempt: int


@dataclass(frozen=True)
class Recover:
    """The head may have reached the partner: find out before sending it again."""

    attempt: int


@dataclass(frozen=True)
class Expire:
    """The head is of no use any more: mark it expired and look at the next one."""


@dataclass(frozen=True)
class Wait:
    """Nothing to do before ``until``."""

    until: float


@dataclass(frozen=True)
class Park:
    """Nothing to do until somebody acts."""

    reason: str


@dataclass(frozen=True)
class Idle:
    """No open message."""


Step = Deliver | Recover | Expire | Wait | Park | Idle


def next_step(
    lane: LaneView, head: HeadView | None, now: float, token: str | None = None
) -> Step:
    """The one thing to do with a lane.

    :param head: None when the lane has no open message
    :param token: the caller's lease token; without it the answer is that for anybody
        who thinks of claiming the lane
    """
    if head is None or head.state in FINAL:
        return Idle()
    if _is_leased(lane, now) and lane.lease_token != token:
        return Wait(lane.lease_until)
    if lane.parked:
        return Park(lane.parked_reason or "parked")
    if head.state in IN_FLIGHT:
        return Recover(attempt=head.attempt_count + 1)
    if head.expires_at is not None and head.expires_at <= now:
        return Expire()
    if head.state in PARKING and head.next_attempt_at is None:
        return Park(head.reason or head.state)
    if head.state not in READY | PARKING:
        return Park(f"unknown state {head.state}")
    due_at = max(lane.next_at or 0.0, head.next_attempt_at or 0.0)
    if due_at <= now:
        return Deliver(attempt=head.attempt_count + 1)
    # What expires before its next try must not keep the lane until then.
    return Wait(due_at if head.expires_at is None else min(due_at, head.expires_at))


def lease_deadline(now: float, total_timeout_s: float) -> float:
    """Until when a lease must be taken for an exchange of at most that long."""
    return now + total_timeout_s + LEASE_MARGIN_S


def lease_is_mine(lane: LaneView, token: str, now: float) -> bool:
    """Whether the holder of ``token`` may still write results."""
    return _is_leased(lane, now) and lane.lease_token == token


def may_send(lane: LaneView, token: str, now: float, total_timeout_s: float) -> bool:
    """Whether an exchange that begins now ends before the lease does.

    A worker that was frozen between claiming and sending must not send any more.
    """
    return lease_is_mine(lane, token, now + total_timeout_s)


def _is_leased(lane: LaneView, now: float) -> bool:
    return (
        lane.lease_token is not None
        and lane.lease_until is not None
        and now < lane.lease_until
    )
