"""Everybody at once on the live server: generated steps, real serialization failures.

Machine, CMMS and QMS by the doors, worker and operators by JSON-RPC with no more rights
than they need; the job process handles the events meanwhile. Which steps come together
is drawn from ``SEED``; which of them wins is up to the two workers. ``EXAMPLES=50``
plays more orders.
"""

import os
import random
import uuid
from datetime import datetime, timezone

import pytest

from devkit.poll import until
from tests.canonical_trail import first_break

from . import own_line
from .order_people import (
    OPERATOR,
    WORKER,
    active_holds,
    at_once,
    finish,
    hired,
    lift,
    place,
    state,
)
from .own_line import OwnLine

SEED = int(os.environ.get("SEED") or 0)
ORDERS = int(os.environ.get("EXAMPLES") or 2)
VOLLEYS, STEPS_AT_ONCE = 5, 5
#: What a step may be answered with: a plain refusal, or that it lost its race so often
#: that the server asks to do it again. Nothing has happened in either case.
REFUSALS = {
    "odoo.exceptions.UserError",
    "psycopg2.errors.SerializationFailure",
    "psycopg2.errors.LockNotAvailable",
}


@pytest.fixture(scope="module")
def people(plant_server):
    """Sessions of a worker and of two operators."""
    return hired(
        plant_server,
        {"crowd-worker": WORKER, "crowd-one": OPERATOR, "crowd-two": OPERATOR},
    )


class Crowd:
    """Who may do something to the line, and what they do next.

    Each method named ``do_…`` is one step of somebody; it is drawn now and done later,
    at once with others.
    """

    def __init__(self, line, people, chance):
        self.line, self.chance = line, chance
        self.worker, self.one, self.two = people
        self.counted = 0

    def volley(self, *kinds):
        """Steps of these kinds; whatever a partner says is said twice at once."""
        steps = []
        while len(steps) < STEPS_AT_ONCE:
            steps += getattr(self, f"do_{self.chance.choice(kinds)}")()
        return steps

    # ------------------------------------------------------------------ people

    def do_start(self):
        return [self._of_work("button_start")]

    def do_finish_work(self):
        return [self._of_work("button_finish")]

    def do_finish(self):
        return [lambda: finish(self.worker, self.line.order.id)]

    def do_place(self):
        who = self.chance.choice([self.one, self.two])
        reason = self.chance.choice(["Noise", "Leak"])
        return [lambda: place(who, self.line.order.id, reason)]

    def do_lift(self):
        holds = active_holds(self.line.stage, self.line.order.id)
        if not holds:
            return []
        hold_id = self.chance.choice(holds)
        return [lambda: lift(self.one, hold_id), lambda: lift(self.two, hold_id)]

    def _of_work(self, button):
        work = [self.line.workorder_id]
        return lambda: self.worker.call("mrp.workorder", button, work)

    # ---------------------------------------------------------------- partners

    def do_machine(self):
        state_name = self.chance.choice(["Execute", "Aborted", "Idle", "Held"])
        event_id = f"crowd-{uuid.uuid4()}"
        return [lambda: self.line.machine_says(state_name, event_id)] * 2

    def do_count(self):
        pieces, event_id = self.chance.randint(1, 3), f"crowd-{uuid.uuid4()}"
        self.counted += pieces
        return [lambda: self.line.machine_counts(pieces, event_id)] * 2

    def do_cmms(self):
        numbers = self.line.numbers(own_line.REPAIR)
        if not numbers:
            return []
        number = self.chance.choice(numbers)
        status = self.chance.choice(["WIP", "AWAITING_PARTS", "FINISHED", "WIP"])
        version = self.line.next_version(number)
        return [lambda: self.line.cmms_says(number, status, version)] * 2

    def do_qms(self):
        numbers = self.line.numbers(own_line.INSPECTION)
        if not numbers:
            return []
        number, event_id = self.chance.choice(numbers), f"crowd-{uuid.uuid4()}"
        word = self.chance.choice(
            ["IN_TEST", "USAGE_DECISION_REWORK", "USAGE_DECISION_ACCEPT"]
        )
        at = datetime.now(timezone.utc).isoformat()
        return [lambda: self.line.qms_says(number, word, event_id, at)] * 2

    # ----------------------------------------------------------------- the end

    def clear(self):
        """Repair, inspect and lift whatever still stands against the order."""
        line = self.line
        until(self._all_is_over, "nothing stands against the order", within_s=60)
        holds = active_holds(line.stage, line.order.id)
        if holds:
            lift(self.one, *holds)

    def _all_is_over(self):
        line = self.line
        line.settle()
        if not line.open_count():
            return True
        for number in line.numbers(own_line.REPAIR):
            line.cmms_says(number, "FINISHED", line.next_version(number))
        for number in line.numbers(own_line.INSPECTION):
            at = datetime.now(timezone.utc).isoformat()
            event_id = f"crowd-{uuid.uuid4()}"
            line.qms_says(number, "USAGE_DECISION_ACCEPT", event_id, at)
        return False


def fire(live, line, steps):
    """Do the steps at once, then look whether everything is as it must be."""
    for refusal in filter(None, at_once(*steps)):
        assert refusal.kind in REFUSALS, (refusal.kind, str(refusal))
    assert_sane(live, line)


def assert_sane(live, line):
    """What must hold at any moment, asked in one look at the database."""
    ((native, canonical, count, active),) = live.sql(
        """
        SELECT orders.state, orders.mfg_state,
               COALESCE(orders.mfg_active_hold_count, 0),
               (SELECT count(*) FROM mfg_hold
                 WHERE res_model = 'mrp.production' AND res_id = orders.id
                   AND state = 'active')
          FROM mrp_production orders WHERE orders.id = %s
        """,
        line.order.id,
    )
    assert count == active, (count, active)
    assert not (native == "done" and active), f"done over {active} holds"
    assert (canonical == "blocked") == (native != "done" and active > 0), canonical
    trail = live.sql(
        "SELECT action, old_value, new_value FROM mfg_audit_entry"
        " WHERE res_model = 'mrp.production' AND res_id = %s ORDER BY id",
        line.order.id,
    )
    assert not first_break(trail), (first_break(trail), trail)


def assert_each_event_took_effect_once(live, line):
    sent = sorted(line.sent)
    twice = live.sql(
        "SELECT event_id FROM mfg_inbox_event WHERE event_id = ANY(%s)"
        " GROUP BY event_id HAVING count(*) > 1",
        sent,
    )
    succeeded_twice = live.sql(
        """
        SELECT event.event_id FROM mfg_delivery_attempt attempt
          JOIN mfg_inbox_event event ON event.id = attempt.event_id
         WHERE event.event_id = ANY(%s) AND attempt.outcome = 'succeeded'
         GROUP BY event.event_id HAVING count(*) > 1
        """,
        sent,
    )
    changed_twice = live.sql(
        """
        SELECT entry.message_uuid FROM mfg_audit_entry entry
          JOIN mfg_inbox_event event ON event.uuid = entry.message_uuid
         WHERE event.event_id = ANY(%s) AND entry.action = 'state.changed'
         GROUP BY entry.message_uuid, entry.res_model, entry.res_id
        HAVING count(*) > 1
        """,
        sent,
    )
    dead = live.sql(
        "SELECT event_id, reason FROM mfg_inbox_event"
        " WHERE event_id = ANY(%s) AND state = 'dead'",
        sent,
    )
    assert (twice, succeeded_twice, changed_twice, dead) == ([], [], [], [])


@pytest.mark.parametrize("number", range(ORDERS))
def test_d2_everybody_at_once_leaves_no_order_in_a_state_that_cannot_be(
    live, people, number
):
    print(f"replay: SEED={SEED} EXAMPLES={ORDERS}")
    chance = random.Random(f"{SEED}/{number}")
    line = OwnLine.built(live)
    crowd = Crowd(line, people, chance)

    for _volley in range(VOLLEYS):
        steps = crowd.volley(
            "start", "place", "lift", "machine", "machine", "count", "cmms", "qms"
        )
        fire(live, line, steps)
    line.settle()
    good = live.value(
        "SELECT mfg_good_quantity FROM mrp_production WHERE id = %s", line.order.id
    )
    assert good == crowd.counted
    for _volley in range(VOLLEYS):
        fire(live, line, crowd.volley("finish", "place", "lift", "cmms", "qms"))
    crowd.clear()
    if state(live, line.order.id) != "done":
        finish(crowd.worker, line.order.id)
    line.settle()

    assert state(live, line.order.id) == "done"
    assert_sane(live, line)
    assert_each_event_took_effect_once(live, line)
