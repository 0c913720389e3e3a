"""One chaos run: a load, a peer in a bad mood, and processes that are killed.

The seed decides the moods of the peer, who is killed and after how much of the work.
The schedule of processes and threads is the machine's.
"""

import functools
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from . import chaos_load, own_postgres
from .chaos_checks import check
from .poll import until
from .stage import Stage

TROUBLE_PERCENT = 15
#: Longer than the template's limits, so that the hub gives up first.
PEER_WAITS_S = 2.5
FINISHED_WITHIN_S = 900
#: Nobody is killed when there is hardly anything left to do.
LAST_KILL_AT = 0.85


@dataclass(frozen=True)
class Plan:
    """What one run does.

    :param mode: of the CMMS: ``dedupe`` honours the idempotency key, ``naive`` does not
    :param victims: who is killed: server, jobs, peer, postgresql
    """

    seed: int
    mode: str
    messages: int
    lanes: int
    victims: tuple[str, ...]


def play(stage: Stage, plan: Plan, say: Callable[[str], None]) -> dict:
    """Play the plan to its end and check it; the counts.

    :param say: told who was killed when
    :raise ViolationError: when a message or event was lost, doubled or out of order
    :raise NeverHappenedError: when it does not come to an end
    """
    dice = random.Random(f"{plan.seed} {plan.mode}")
    connector_id = chaos_load.connector(stage)
    misbehave = functools.partial(
        stage.cmms.control,
        "manners",
        mode=plan.mode,
        trouble_percent=TROUBLE_PERCENT,
        stall_s=PEER_WAITS_S,
        late_s=PEER_WAITS_S,
    )
    misbehave(trouble_seed=dice.randrange(2**31))
    spoiled_before = len(stage.cmms.ledger("spoiled"))
    started = time.monotonic()
    name = f"chaos-{time.time_ns()}"
    sender = chaos_load.Sender(stage, name, dice.randrange(2**31))
    messages = chaos_load.owe(stage, connector_id, plan.messages, plan.lanes)
    sender.start()
    try:
        for moment, victim in _schedule(dice, plan):
            until(
                lambda moment=moment: _share_done(stage, messages) >= moment,
                f"{moment:.0%} of the messages are final",
                within_s=FINISHED_WITHIN_S,
            )
            say(f"kill -9: {victim}, {moment:.0%} done")
            _strike(stage, victim)
            if victim == "peer":
                misbehave(trouble_seed=dice.randrange(2**31))
        _wait_for_the_end(stage, connector_id, messages, sender)
    finally:
        sender.give_up()
        stage.cmms.control("manners", trouble_percent=0)
    seconds = time.monotonic() - started
    check(stage, connector_id, messages, sender.ids)
    spoiled = stage.cmms.ledger("spoiled")[spoiled_before:]
    return {
        "messages": len(messages),
        "lanes": plan.lanes,
        **_attempts(stage, messages),
        "spoiled by the peer": dict(Counter(line["how"] for line in spoiled)),
        "killed": dict(Counter(plan.victims)),
        "events": len(sender.ids),
        "events repeated": sender.repeats,
        "answers lost": sender.lost_answers,
        "seconds": round(seconds),
    }


def _schedule(dice: random.Random, plan: Plan) -> list[tuple[float, str]]:
    """Who is killed after which share of the messages."""
    victims = dice.sample(plan.victims, len(plan.victims))
    moments = sorted(dice.uniform(0.05, LAST_KILL_AT) for _ in victims)
    return list(zip(moments, victims, strict=True))


def _strike(stage: Stage, victim: str) -> None:
    """Kill one and start it again."""
    if victim == "postgresql":
        own_postgres.crash()
    elif victim == "peer":
        stage.cmms.process.kill()
        stage.cmms.start(append=True)
        stage.cmms.wait()
    elif victim == "jobs":
        stage.jobs.kill()
        stage.jobs.start(append=True)
    else:
        stage.http.kill()
        stage.http.start(append=True)
        stage.wait_for_odoo()


def _share_done(stage: Stage, messages: list[int]) -> float:
    """Share of the messages that nothing happens to any more."""
    stage.supervise()
    return stage.value(
        "SELECT avg((state = ANY(%s))::int)::float FROM mfg_outbox_message"
        " WHERE id = ANY(%s)",
        ["delivered", "acknowledged", "expired", "superseded", "cancelled", "dead"],
        messages,
    )


def _is_done(stage: Stage, sender: chaos_load.Sender) -> bool:
    """Whether the sender has got rid of its events."""
    stage.supervise()
    return not sender.is_alive()


def _wait_for_the_end(stage: Stage, connector_id: int, messages, sender) -> None:
    """Until all rows are final and no worker holds a lane."""
    until(
        lambda: _share_done(stage, messages) == 1.0,
        "every message is final",
        within_s=FINISHED_WITHIN_S,
        last_words=lambda: _states(stage, connector_id),
    )
    sender.finish()
    until(
        lambda: _is_done(stage, sender),
        "every event is stored",
        within_s=120,
    )
    until(
        lambda: (
            not stage.value(
                "SELECT count(*) FROM mfg_inbox_event WHERE event_id = ANY(%s)"
                " AND state IN ('received', 'processing', 'retry')",
                sender.ids,
            )
        ),
        "every event is final",
        within_s=FINISHED_WITHIN_S,
        last_words=lambda: _states(stage, connector_id),
    )
    until(
        lambda: (
            not stage.value(
                "SELECT count(*) FROM mfg_lane WHERE connector_id = %s"
                " AND lease_until >= now() AT TIME ZONE 'UTC'",
                connector_id,
            )
        ),
        "no lane is leased",
        within_s=120,
    )


def _states(stage: Stage, connector_id: int) -> str:
    """How many rows are in which state, and why the first that waits does."""
    rows = stage.sql(
        "SELECT direction, state, count(*), min(reason) FROM mfg_integration_log"
        " WHERE connector_id = %s GROUP BY direction, state ORDER BY 1, 2",
        connector_id,
    )
    return "; ".join(
        f"{direction} {state}: {count}{f' ({reason})' if reason else ''}"
        for direction, state, count, reason in rows
    )


def _attempts(stage: Stage, messages: list[int]) -> dict:
    """How many attempts there were, by their outcome."""
    outcomes = dict(
        stage.sql(
            "SELECT outcome, count(*) FROM mfg_delivery_attempt"
            " WHERE message_id = ANY(%s) GROUP BY outcome",
            messages,
        )
    )
    return {
        "attempts": sum(outcomes.values()),
        "tried again": outcomes.get("retryable", 0),
        "recovered from lost workers": outcomes.get("abandoned", 0),
    }
