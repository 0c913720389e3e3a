"""One order and everybody who may do something to it, in any order.

Each rule is one step of somebody: a transaction of its own, which may be refused. What
must hold after each of them is in the invariants.
"""

import functools
import sys
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from odoo import fields
from odoo.exceptions import UserError

from odoo.addons.mfg_integration_core.exceptions import (
    GateError,
    InvalidEventError,
    MissingReferenceError,
)
from odoo.addons.mfg_integration_core.protocols import maintenance_state
from odoo.addons.mfg_integration_quality.protocols import disposition as dispositions

from tests.canonical_trail import first_break

from .plant_case import INSPECTION, REPAIR

OVERLAID = {
    "confirmed": "released",
    "progress": "in_progress",
    "to_close": "in_progress",
}
OVER = ("done", "cancel")
#: Nothing is finished before this many steps, so that there is something to finish.
STEPS_BEFORE_THE_END = 5

MACHINE_STATES = st.sampled_from(["Execute", "Idle", "Held", "Aborted", "Complete"])
REPAIR_WORDS = st.sampled_from(maintenance_state.STATES)
LOT_WORDS = st.sampled_from(sorted(dispositions.TRANSITIONS))
WHICH = st.integers(0, 3)


class OrderMachine(RuleBasedStateMachine):
    """Plays with the order of a :class:`PlantCase`, whose transaction it rolls back."""

    def __init__(self, plant):
        super().__init__()
        self.plant, self.env = plant, plant.env
        self.savepoint = self.env.cr.savepoint()
        self.began_at = fields.Datetime.now() - timedelta(days=2)
        self.minute = 0
        self.steps = 0
        self.versions = {}
        self.late = []
        self.last = None
        self.lifted_by_hand = self.env["mfg.hold"]

    def teardown(self):
        try:
            # Nothing more is asked of what has failed already.
            if sys.exc_info()[0] is None:
                self.chain_verifies()
                self.ends_well()
        finally:
            self.savepoint.close(rollback=True)
            self.env.invalidate_all()

    @initialize(state=st.sampled_from(["Aborted", "Aborted", "Execute"]))
    def machine_begins(self, state):
        """Mostly with a fault: without one the partners have nothing to speak of."""
        self.hear_machine(state, self.moment())

    # ---------------------------------------------------------------- partners

    @rule(state=MACHINE_STATES, is_late=st.booleans())
    def machine_says(self, state, is_late):
        at = self.moment()
        self.say(is_late, lambda: self.hear_machine(state, at))

    @precondition(lambda self: self.plant.repairs())
    @rule(which=WHICH, word=REPAIR_WORDS, more=st.integers(0, 2), is_late=st.booleans())
    def cmms_says(self, which, word, more, is_late):
        request = self.pick(self.plant.repairs(), which)
        version = self.versions.get(request.id, 0) + more
        self.versions[request.id] = version
        at = self.moment()
        self.say(is_late, lambda: self.hear_cmms(request, word, version, at))

    @precondition(lambda self: self.plant.inspections())
    @rule(which=WHICH, word=LOT_WORDS, is_late=st.booleans())
    def qms_says(self, which, word, is_late):
        inspection = self.pick(self.plant.inspections(), which)
        at = self.moment()
        self.say(is_late, lambda: self.hear_qms(inspection, word, at))

    @precondition(lambda self: self.late)
    @rule(which=WHICH)
    def late_word_arrives(self, which):
        self.late.pop(which % len(self.late))()

    @precondition(lambda self: self.last)
    @rule()
    def last_word_is_repeated(self):
        self.last()

    def say(self, is_late, deliver):
        """Deliver a word now, or keep it for later."""
        if is_late:
            self.late.append(deliver)
            return
        self.last = deliver
        deliver()

    def hear_machine(self, state, at):
        # What a machine says about itself is a fact: always accepted.
        refusal = self.step(self.plant.hear_machine, state, at)
        assert refusal is None, (state, refusal)

    def hear_cmms(self, request, word, version, at):
        before, known = request.mfg_state, request._mfg_stand()
        is_stale = known.version is not None and version <= known.version
        number = self.plant.number_of(request)

        refusal = self.step(self.plant.hear_cmms, number, word, version, at)

        allowed = maintenance_state.may_become(before, word)
        self.assert_as_the_table_says(
            refusal, is_stale or word == before, allowed, (before, word)
        )
        if is_stale or not allowed:
            assert request.mfg_state == before, (before, word, request.mfg_state)
        elif word in maintenance_state.FINAL:
            assert request.mfg_state == word, (before, word, request.mfg_state)
        else:
            # As far as either side has come, and a plan may be behind the work.
            reached = maintenance_state.OPEN.index(request.mfg_state)
            assert reached >= maintenance_state.OPEN.index(word)

    def hear_qms(self, inspection, word, at):
        before = inspection.disposition
        is_stale = bool(inspection.decided_at) and at < inspection.decided_at
        number = self.plant.number_of(inspection)

        refusal = self.step(self.plant.hear_qms, number, word, at)

        allowed = dispositions.may_become(before, word)
        self.assert_as_the_table_says(
            refusal, is_stale or word == before, allowed, (before, word)
        )
        takes = allowed and not is_stale
        assert inspection.disposition == (word if takes else before), (before, word)

    def assert_as_the_table_says(self, refusal, is_no_news, allowed, asked):
        if is_no_news or allowed:
            assert refusal is None, (asked, refusal)
            return
        assert isinstance(refusal, InvalidEventError), (asked, refusal)
        assert refusal.code == "illegal_transition", (asked, refusal)

    # ------------------------------------------------------------------ people

    @rule(what=st.integers(0, 4), reason=st.sampled_from(["Noise", "Leak"]))
    def operator_places(self, what, reason):
        self.step(self.plant.place, self.plant.holdable()[what], reason)

    @precondition(lambda self: self.plant.active_holds(*self.plant.holdable()))
    @rule(which=WHICH)
    def operator_lifts(self, which):
        hold = self.pick(self.plant.active_holds(*self.plant.holdable()), which)
        assert self.step(self.plant.lift, hold) is None
        self.lifted_by_hand |= hold

    @precondition(
        lambda self: self.is_open() and self.plant.order.mfg_active_hold_count
    )
    @rule()
    def people_override(self):
        self.step(self.plant.override)

    @precondition(lambda self: self.is_open())
    @rule()
    def worker_starts(self):
        plant = self.plant
        documents = (plant.order, plant.work, plant.equipment, plant.workcenter)
        against = plant.against(*documents)

        refusal = self.step(plant.work.with_user(plant.worker).button_start)

        if against:
            assert isinstance(refusal, UserError), "work started over a hold"

    @precondition(lambda self: self.is_open())
    @rule()
    def worker_pauses(self):
        self.step(self.plant.work.with_user(self.plant.worker).button_pending)

    @precondition(lambda self: self.is_open())
    @rule()
    def worker_finishes_work(self):
        against = self.plant.against(self.plant.order, self.plant.work)
        is_over = self.plant.work.state in OVER

        refusal = self.step(self.plant.work.with_user(self.plant.worker).button_finish)

        if against and not is_over:
            assert isinstance(refusal, GateError), "work finished over a hold"

    @precondition(lambda self: self.is_open())
    @rule(pieces=st.integers(0, 120))
    def worker_produces(self, pieces):
        def produce():
            order = self.plant.order.with_user(self.plant.worker)
            order.qty_producing = pieces
            order._set_qty_producing()

        self.step(produce)

    @precondition(lambda self: self.is_open() and self.steps > STEPS_BEFORE_THE_END)
    @rule()
    def worker_finishes_order(self):
        against = self.against_finishing()

        refusal = self.step(self.plant.finish)

        if against:
            assert isinstance(refusal, GateError), (
                f"finished over {against.mapped('name')}"
            )
        else:
            assert not isinstance(refusal, GateError), refusal

    @precondition(lambda self: self.is_open() and self.steps > STEPS_BEFORE_THE_END)
    @rule()
    def worker_cancels(self):
        order = self.plant.order.with_user(self.plant.worker)
        if self.step(order.action_cancel) is None:
            assert not self.plant.active_holds(order, self.plant.work)

    @precondition(lambda self: self.plant.repairs())
    @rule(which=WHICH, stage=st.integers(0, 3))
    def technician_moves(self, which, stage):
        request = self.pick(self.plant.repairs(), which)
        stages = self.env["maintenance.stage"].search([])
        self.step(request.write, {"stage_id": stages[stage % len(stages)].id})

    # -------------------------------------------------------------- invariants

    @invariant()
    def hold_counts_are_right(self):
        for document in self.plant.holdable():
            count = len(self.plant.active_holds(document))
            assert (document.mfg_active_hold_count or 0) == count, document

    @invariant()
    def state_is_native_with_holds_over_it(self):
        order = self.plant.order
        expected = {"done": "completed", "cancel": "cancelled"}.get(order.state)
        if not expected:
            expected = "blocked" if self.is_held() else OVERLAID[order.state]
        assert order.mfg_state == expected, (order.state, order.mfg_state)

    @invariant()
    def open_causes_hold_the_order(self):
        """What held the order and is not over still does, or somebody lifted it."""
        if not self.is_open():
            return
        order = self.plant.order
        domain = [("res_model", "=", order._name), ("res_id", "=", order.id)]
        holds = self.env["mfg.hold"].search([*domain, ("blocker_model", "!=", False)])
        for hold in holds:
            same = holds.filtered(
                lambda each, hold=hold: (
                    each.blocker_model == hold.blocker_model
                    and each.blocker_id == hold.blocker_id
                )
            )
            if is_open_cause(hold._blocker()) and not same & self.lifted_by_hand:
                assert "active" in same.mapped("state"), hold.name

    @invariant()
    def order_does_not_finish_over_a_hold(self):
        against = self.against_finishing()
        if not self.is_open() or not against:
            return
        order = self.plant.order.with_user(self.plant.worker)
        ways = [self.plant.finish]
        if self.plant.against(order):
            ways += [
                order.with_context(skip_backorder=True).button_mark_done,
                lambda: order.write({"state": "done"}),
                lambda: order.move_raw_ids.write({"state": "done"}),
                lambda: order._post_inventory(),
            ]
        way = ways[self.steps % len(ways)]
        refusal = self.attempt(way, keep=False)
        assert isinstance(refusal, GateError), (way, against.mapped("name"), refusal)

    @invariant()
    def work_does_not_start_over_a_hold(self):
        plant = self.plant
        documents = (plant.order, plant.work, plant.equipment, plant.workcenter)
        against = plant.against(*documents)
        if self.is_open() and against:
            way = plant.work.with_user(plant.worker).button_start
            refusal = self.attempt(way, keep=False)
            assert isinstance(refusal, GateError), (against.mapped("name"), refusal)

    @invariant()
    def no_clock_runs_while_the_order_is_held(self):
        used = self.env["mfg.override"].search([("state", "=", "used")])
        if self.is_open() and self.is_held() and not used:
            assert not self.plant.work._mfg_running()

    @invariant()
    def trail_is_legal(self):
        """The order's states, as the audit trail tells them, follow from each other."""
        trail = self.plant.audit(self.plant.order)
        entries = [(each.action, each.old_value, each.new_value) for each in trail]
        assert not first_break(entries), (first_break(entries), entries)

    # ------------------------------------------------------------------ the end

    def chain_verifies(self):
        """The audit trail is one unbroken chain."""
        self.env["mfg.audit.entry"]._cron_seal()
        assert self.env["mfg.audit.entry"]._verify() == ""

    def ends_well(self):
        """Once all causes are over and holds are lifted, the order can be finished."""
        if not self.is_open():
            return
        holds = self.plant.active_holds(*self.plant.holdable())
        if holds:
            assert self.step(self.plant.lift, holds) is None
        # The machine, should its repair be open still.
        self.plant.workcenter._mfg_unblock()
        self.one_hold_is_enough()
        # As the administrator: 19.0 wants rights on analytic lines of finished work.
        refusal = self.step(self.plant.finish, self.env.ref("base.user_root"))
        assert refusal is None, refusal
        assert self.plant.order.mfg_state == "completed"

    def one_hold_is_enough(self):
        """Whatever of these is held alone keeps the work from starting."""
        plant = self.plant
        for document in (plant.order, plant.work, plant.equipment, plant.workcenter):
            place = functools.partial(plant.place, document, "Last look")
            if self.attempt(place) is not None:
                # Work that is over is held by nothing.
                assert document == plant.work and plant.work.state in OVER
                continue
            start = plant.work.with_user(plant.worker).button_start
            refusal = self.attempt(start, keep=False)
            assert isinstance(refusal, GateError), (document, refusal)
            assert self.step(plant.lift, plant.active_holds(document)) is None

    # ----------------------------------------------------------------- helpers

    def step(self, work, *arguments):
        """Do what somebody does; the refusal, or None when it was done."""
        self.steps += 1
        refusal = self.attempt(lambda: work(*arguments))
        self.plant.bind_new()
        return refusal

    def attempt(self, work, *, keep=True):
        """Do something as a transaction of its own would.

        :param keep: False = rolled back in any case
        """
        cr = self.env.cr
        savepoint = cr.savepoint()
        refusal = None
        try:
            work()
            # What comes just before a commit: states are audited, gates are forgotten.
            cr.flush()
        except (UserError, InvalidEventError, MissingReferenceError) as error:
            refusal, keep = error, False
        savepoint.close(rollback=not keep)
        self.env.invalidate_all()
        return refusal

    def moment(self):
        """When something is said: each word a minute after the one before."""
        self.minute += 1
        return self.began_at + timedelta(minutes=self.minute)

    def pick(self, records, which):
        return records[which % len(records)]

    def is_held(self):
        return bool(self.plant.active_holds(self.plant.order))

    def is_open(self):
        return self.plant.order.state not in OVER

    def against_finishing(self):
        plant = self.plant
        return plant.against(plant.order, plant.lot) | self.against_work()

    def against_work(self):
        """Held work that the end of the order would have to finish."""
        unfinished = self.plant.work.filtered(lambda each: each.state not in OVER)
        return self.plant.against(unfinished)


def is_open_cause(blocker):
    """Whether what a hold waits for is not done yet."""
    if blocker is None:
        return False
    if blocker._name == REPAIR:
        return blocker.mfg_state not in maintenance_state.FINAL
    assert blocker._name == INSPECTION
    return blocker.disposition not in dispositions.RELEASING
