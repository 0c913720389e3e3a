from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import ManufacturingCase
from .rules_case import RulesScene

HOLD_WORKCENTER = {
    "kind": "hold",
    "target": "workcenter",
    "reason_code": "manual",
    "text": "{reason} on {document}",
    "clearer": "Production",
}
MAINTENANCE = {"kind": "maintenance", "target": "equipment", "text": "Check {document}"}
# What the step before made is a request, or a hold: nothing that can be held.
IMPOSSIBLE = {"kind": "hold", "target": "made", "attempts": 1}


@tagged("post_install", "-at_install")
class TestRuleStep(ManufacturingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules = RulesScene(cls.env)

    def run_of(self, *actions, work=True, **values):
        """The run of a rule with these actions that a hold on the order set off."""
        rule = self.rules.rule(actions, **values)
        self.given_hold()
        run = self.rules.runs(rule)
        if work:
            self.rules.work(run)
        return run

    def states(self, run):
        return run.step_ids.mapped("state")

    def holds(self, record):
        return self.env["mfg.hold"]._active_on(record)

    # ------------------------------------------------------------------ doing

    def test_d3_holds_that_a_step_lifts_together_let_the_order_go_on(self):
        release = {"kind": "release", "target": "document", "reason_code": "manual"}
        self.given_hold(reason="One more")

        run = self.run_of({**release, "text": "All clear"})

        self.assertEqual(run.state, "done", run.reason)
        self.assertFalse(self.holds(self.order))
        self.assertEqual(len(self.audit(self.order, "order.resumed")), 1)

    def test_d1_hold_on_a_lot_reaches_the_order_that_makes_it(self):
        rule = self.rules.rule(
            [{"kind": "hold", "target": "order", "text": "Its lot is held"}],
            trigger_model="stock.lot",
        )

        self.given_hold(self.lot)
        self.rules.work(self.rules.runs(rule))

        self.assertEqual(self.holds(self.order).reason, "Its lot is held")

    def test_d1_steps_are_done_in_order_and_join_the_chain_of_their_cause(self):
        run = self.run_of(MAINTENANCE, {**HOLD_WORKCENTER, "blocker": "made"})

        self.assertEqual(run.state, "done")
        request = run.step_ids[0]._made()
        hold = self.holds(self.workcenter)
        self.assertEqual(hold._blocker(), request)
        self.assertEqual(
            hold.reason, f"E-STOP on Assembly Robot R1 on {self.order.name}"
        )
        chain = self.holds(self.order).correlation_id
        self.assertEqual({hold.correlation_id, request.mfg_correlation_id}, {chain})

    def test_d3_hold_of_a_rule_goes_when_what_it_waits_for_is_done(self):
        run = self.run_of(MAINTENANCE, {**HOLD_WORKCENTER, "blocker": "made"})

        run.step_ids[0]._made()._mfg_apply_partner_state("completed")

        self.assertFalse(self.holds(self.workcenter))

    def test_e6_open_request_of_a_rule_is_not_asked_for_again(self):
        rule = self.rules.rule([MAINTENANCE])
        for number in range(2):
            self.given_hold(reason=f"Reading {number}")
        first, second = self.rules.runs(rule)

        self.rules.work(first)
        self.rules.work(second)

        self.assertEqual(first.step_ids._made(), second.step_ids._made())
        self.assertFalse(second.step_ids.undo_data)

    def test_d1_subscribers_and_people_are_told(self):
        run = self.run_of({"kind": "notify", "text": "Look at {document}"})

        message = self.order.message_ids[0]
        self.assertEqual(run.state, "done")
        self.assertIn(f"Look at {self.order.name}", message.body)

    # ---------------------------------------------------------------- undoing

    def test_d6_failed_step_has_those_before_it_undone_in_reverse(self):
        run = self.run_of(MAINTENANCE, HOLD_WORKCENTER, IMPOSSIBLE)

        self.assertEqual(run.state, "undone")
        self.assertEqual(self.states(run), ["undone", "undone", "failed"])
        self.assertEqual(run.step_ids[0]._made().mfg_state, "cancelled")
        self.assertFalse(self.holds(self.workcenter))
        self.assertIn("cannot be held", run.reason)
        told = self.audit(self.order).mapped("action")
        self.assertEqual(told[-2:], ["rule.failed", "rule.undone"])

    def test_d6_step_that_fails_is_tried_again_before_anything_is_undone(self):
        run = self.run_of(MAINTENANCE, {**IMPOSSIBLE, "attempts": 3})

        self.assertEqual((run.state, run.step_ids[1].attempt_count), ("retry", 1))
        self.assertGreater(run.next_at, fields.Datetime.now())
        self.rules.work(run)
        self.rules.work(run)

        self.assertEqual(run.state, "undone")
        self.assertEqual(run.step_ids[1].attempt_count, 3)

    def test_d6_step_that_no_program_can_undo_waits_for_a_person(self):
        run = self.run_of(
            MAINTENANCE, {"kind": "wait", "wait_s": 600}, {"kind": "compensate"}
        )
        request = run.step_ids[0]._made()
        request._mfg_apply_partner_state("in_progress")

        run.step_ids[1].begun_at -= timedelta(seconds=601)
        run.state = "pending"
        self.rules.work(run)

        self.assertEqual(run.state, "stuck")
        self.assertEqual(self.states(run), ["by_hand", "undone", "skipped"])
        self.assertIn("Somebody works on", run.step_ids[0].reason)
        run.step_ids[0].action_undone_by_hand()
        self.assertEqual(run.state, "undone")

    def test_d6_hold_that_was_there_before_the_rule_survives_its_undo(self):
        hold = self.given_hold(reason="Before")
        again = {**HOLD_WORKCENTER, "target": "document", "text": "Before"}

        run = self.run_of(MAINTENANCE, again, IMPOSSIBLE)

        self.assertEqual(run.state, "undone")
        self.assertIn(hold, self.holds(self.order))

    def test_d6_person_stops_a_run_and_what_it_did_is_undone(self):
        run = self.run_of(HOLD_WORKCENTER, {"kind": "wait", "wait_s": 600})

        run.action_cancel()
        self.rules.work(run)

        self.assertEqual(run.state, "undone")
        self.assertFalse(self.holds(self.workcenter))

    def test_d6_failed_run_is_tried_again_by_a_person(self):
        run = self.run_of({**HOLD_WORKCENTER, "target": "equipment"}, work=False)
        run.step_ids.write({"state": "failed"})
        run.state = "failed"

        run.action_try_again()
        self.rules.work(run)

        self.assertEqual(run.state, "done")

    # ---------------------------------------------------------------- waiting

    def test_d1_wait_for_a_time_goes_on_when_it_is_over(self):
        run = self.run_of({"kind": "wait", "wait_s": 60}, HOLD_WORKCENTER)
        self.assertEqual(run.state, "waiting")

        run.step_ids[0].begun_at -= timedelta(seconds=61)
        run.state = "pending"
        self.rules.work(run)

        self.assertEqual(run.state, "done")

    def given_event(self, **values):
        """A ping that was handled, as part of the order's chain."""
        connector = self.env["mfg.connector"].create({"name": "C", "code": "rules-c"})
        now = fields.Datetime.now()
        return self.env["mfg.inbox.event"].create(
            {
                "uuid": "a-ping",
                "event_id": "a-ping",
                "connector_id": connector.id,
                "event_type": "mfg.ping.v1",
                "ordering_key": "one",
                "state": "processed",
                "received_at": now,
                "processed_at": now + timedelta(seconds=1),
                **values,
            }
        )

    def wait_for_ping(self, **values):
        ping = self.env.ref("mfg_integration_core.mfg_event_type_ping")
        wait = {
            "kind": "wait",
            "wait_for": "event",
            "wait_event_type_id": ping.id,
            "wait_s": 600,
            **values,
        }
        return self.run_of(HOLD_WORKCENTER, wait)

    def test_d1_wait_for_an_event_ends_with_one_of_the_same_chain(self):
        run = self.wait_for_ping()
        self.assertEqual(run.state, "waiting")

        self.given_event(correlation_id=run.correlation_id)
        run.state = "pending"
        self.rules.work(run)

        self.assertEqual(run.state, "done")

    def test_d6_event_that_does_not_come_in_time_has_the_steps_before_undone(self):
        run = self.wait_for_ping()

        run.step_ids[1].begun_at -= timedelta(seconds=601)
        run.state = "pending"
        self.rules.work(run)

        self.assertEqual(run.state, "undone")
        self.assertFalse(self.holds(self.workcenter))
