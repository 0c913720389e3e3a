"""Which events and messages may go another time, and which may not.

A total decision without side effects: the dry run asks it, and the run itself asks it
again for every row, since what was true when somebody looked may not be any more.
"""

from __future__ import annotations

from dataclasses import dataclass

#: They stand still, or would go on later by themselves: another try does no harm.
_REPLAYABLE = frozenset({"dead", "rejected", "held", "waiting", "retry"})
#: They had their effect; only an explicit choice has them repeated.
_SENT = frozenset({"delivered", "acknowledged"})
_HANDLED = frozenset({"processed", "ignored"})
#: Their turn comes by itself.
_QUEUED = frozenset({"pending", "received"})
_IN_FLIGHT = frozenset({"delivering", "processing"})


@dataclass(frozen=True)
class Choice:
    """What the person who replays has explicitly asked for.

    :ivar sent_again: messages that the partner has already
    :ivar handled_again: events that had their effect in Odoo already
    """

    sent_again: bool = False
    handled_again: bool = False


@dataclass(frozen=True)
class RowView:
    """An event or message as read.

    :ivar connector_state: ``draft``, ``live`` or ``paused``
    :ivar expires_at: epoch seconds
    :ivar body_removed: retention has left nothing to send or to handle
    """

    state: str
    connector_state: str
    expires_at: float | None = None
    body_removed: bool = False


@dataclass(frozen=True)
class Verdict:
    """The answer; ``code`` says which kind of yes or no it is."""

    accepted: bool
    code: str


def judge(row: RowView, choice: Choice, now: float) -> Verdict:
    """Whether a row goes another time.

    :return: code ``again``, ``sent_again`` or ``handled_again`` when it does; else
        ``body_removed``, ``connector_paused``, ``connector_draft``, ``expired``,
        ``queued``, ``in_flight``, ``delivered``, ``processed`` or the final state
        that it is in
    """
    verdict = _judge_state(row.state, choice)
    if not verdict.accepted:
        return verdict
    if row.body_removed:
        return Verdict(False, "body_removed")
    if row.connector_state != "live":
        return Verdict(False, f"connector_{row.connector_state}")
    if row.expires_at is not None and row.expires_at <= now:
        return Verdict(False, "expired")
    return verdict


def _judge_state(state: str, choice: Choice) -> Verdict:
    if state in _REPLAYABLE:
        return Verdict(True, "again")
    if state in _SENT:
        return _if_chosen(choice.sent_again, "sent_again", "delivered")
    if state in _HANDLED:
        return _if_chosen(choice.handled_again, "handled_again", "processed")
    if state in _QUEUED:
        return Verdict(False, "queued")
    if state in _IN_FLIGHT:
        return Verdict(False, "in_flight")
    return Verdict(False, state)


def _if_chosen(chosen: bool, yes: str, no: str) -> Verdict:
    return Verdict(True, yes) if chosen else Verdict(False, no)
