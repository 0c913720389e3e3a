from odoo.addons.mfg_integration_core import compat
from odoo.addons.mfg_integration_core.tests.rules_case import RulesScene

from .common import QualityCase


class TestRule(QualityCase):
    """Rules that quality ships, and its action."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules = RulesScene(cls.env)

    def work(self, name):
        """The last run of a shipped rule, worked on."""
        rule = self.env.ref(f"mfg_integration_quality.{name}")
        run = self.rules.runs(rule)[-1:]
        self.rules.work(run)
        return run

    def active_holds(self):
        return self.env["mfg.hold"]._active_on(self.order)

    def test_d1_rejected_lot_holds_an_order_that_a_person_had_let_go(self):
        inspection = self.given_inspection()
        self.active_holds()._lift("By mistake")

        inspection._decide("rejected", by="Ines", at=inspection.requested_at)
        run = self.work("mfg_rule_rejected_holds_order")

        self.assertEqual(run.state, "done", run.reason)
        self.assertEqual(self.active_holds()._blocker(), inspection)

    def test_d1_rejected_lot_of_a_held_order_adds_no_second_hold(self):
        inspection = self.given_inspection()
        before = self.active_holds()

        inspection._decide("rejected", by="Ines", at=inspection.requested_at)
        run = self.work("mfg_rule_rejected_holds_order")

        self.assertEqual(run.state, "done", run.reason)
        self.assertEqual(self.active_holds(), before)

    def given_review(self):
        """A hold as the scrap limit places it: for quality, but nobody was asked."""
        return self.env["mfg.hold"]._place(
            self.order, reason_code="quality_review", reason="12 % scrap"
        )

    def test_d1_order_in_doubt_is_inspected_and_goes_on_when_released(self):
        hold = self.given_review()

        run = self.work("mfg_rule_review_asks_quality")

        self.assertEqual(run.state, "done", run.reason)
        inspection = self.inspections_of(self.order)
        self.assertEqual(
            (inspection.lot_id, inspection.reason), (self.lot, "12 % scrap")
        )
        self.assertEqual(hold.state, "lifted")
        self.assertEqual(self.active_holds()._blocker(), inspection)
        inspection._decide("released", by="Ines", at=inspection.requested_at)
        self.assertFalse(self.active_holds())

    def test_d6_order_without_a_lot_stays_held_for_a_person(self):
        compat.set_producing_lots(self.order, self.env["stock.lot"])
        hold = self.given_review()

        run = self.work("mfg_rule_review_asks_quality")

        self.assertEqual((run.state, hold.state), ("failed", "active"))
        self.assertIn("has none of this", run.reason)

    def test_d6_inspection_that_was_there_before_the_rule_needs_no_undo(self):
        rule = self.rules.rule(
            [{"kind": "inspection", "target": "document"}, {"kind": "compensate"}],
            [("data", "reason_code", "=", "equipment_fault")],
        )
        self.given_fault()

        run = self.rules.runs(rule)
        self.rules.work(run)

        self.assertEqual(run.step_ids[0].made_id, self.inspections_of(self.order).id)
        self.assertEqual(run.state, "undone")

    def test_d6_inspection_that_a_rule_asked_for_is_left_to_quality(self):
        rule = self.rules.rule(
            [{"kind": "inspection", "target": "document"}, {"kind": "compensate"}],
            [("data", "reason_code", "=", "manual")],
        )
        self.env["mfg.hold"]._place(self.order, reason_code="manual", reason="Smell")

        run = self.rules.runs(rule)
        self.rules.work(run)

        self.assertEqual(run.state, "stuck")
        self.assertIn("Quality has to decide", run.step_ids[0].reason)
