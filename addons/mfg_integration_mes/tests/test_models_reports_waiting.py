from odoo.exceptions import UserError

from odoo.addons.mfg_integration_core.exceptions import InvalidEventError

from .reports_case import REVERSED, ReportsCase


class TestReportsWaiting(ReportsCase):
    """Reports that come to stock when their order is finished, and not before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gearbox.mfg_posting_policy = "progress"

    def test_g2_an_order_is_not_cancelled_while_reports_of_it_are_not_posted(self):
        self.report(40, report_id="R-40")

        with self.assertRaises(UserError) as refused:
            self.order.action_cancel()
        self.assertIn("R-40", str(refused.exception))

        self.handle(REVERSED, {"report_id": "R-40"})
        self.order.action_cancel()
        self.assertEqual(self.order.state, "cancel")
        self.assertSums(self.order)

    def test_g2_what_never_comes_to_stock_keeps_no_order_from_being_cancelled(self):
        self.report(40, operation="Pressing")

        self.order.action_cancel()

        self.assertEqual(self.order.state, "cancel")

    def test_g2_prove_it_finds_what_a_closed_order_never_posted(self):
        self.report(40)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mrp_production SET state = 'cancel' WHERE id = %s", self.order.ids
        )
        self.env.invalidate_all()

        differences = self.order._mfg_differences()

        told = {(each.what, each.told, each.made) for each in differences}
        self.assertIn(("output", 40, 0), told)

    def test_g2_more_than_was_reported_is_not_taken_back(self):
        self.given_reason()
        self.given_reason("DENT", "dented")
        lost = [{"quantity": 1, "reason": "SCRATCH"}]
        self.report(3, lot="GB-1", scrap=lost)

        for wrong in (
            {"good": -5, "lot": "GB-1"},
            {"good": -1, "lot": "GB-2"},
            {"scrap": [{"quantity": -1, "reason": "DENT"}]},
        ):
            with (
                self.subTest(wrong),
                self.assertRaises(InvalidEventError) as refused,
                self.env.cr.savepoint(),
            ):
                self.report(**wrong)
            self.assertEqual(refused.exception.code, "more_than_posted")

        self.env.invalidate_all()
        self.report(-2, lot="GB-1", is_final=True)
        self.assertEqual(self.on_hand(self.gearbox), 1)
        self.assertSums(self.order)

    def test_g2_a_lot_may_be_taken_back_of_what_was_told_without_one(self):
        self.report(10)

        returned = [{"product": "HOUSING", "quantity": -2, "lot": "H-1"}]
        self.report(0, consumption=returned, is_final=True)

        self.assertEqual(self.on_hand(self.housing, self.h1), 60 - 8)
        self.assertSums(self.order)

    def test_g2_a_correction_outlives_the_report_that_it_came_after(self):
        wrong = self.report(10)
        self.report(-4)
        self.report(5)
        self.handle(REVERSED, {"report_id": wrong.name})

        self.report(0, is_final=True)

        self.assertEqual(self.on_hand(self.gearbox), 1)
        self.assertSums(self.order)

    def test_g2_a_planner_is_told_what_keeps_reports_from_being_posted(self):
        report = self.report(3)
        report.line_ids.filtered(lambda line: line.kind == "good").quantity = -3

        with self.assertRaises(UserError) as refused:
            self.order.with_context(skip_backorder=True).button_mark_done()

        self.assertIn("more than was posted", str(refused.exception))

    def test_g3_a_report_whose_order_was_closed_meanwhile_is_a_late_one(self):
        self.report(100)
        beyond = self.report(7)
        self.order.with_context(skip_backorder=True).button_mark_done()

        with self.assertRaises(UserError):
            beyond._decide(is_agreed=True, note="Checked")
        beyond._settle("reopen", "Checked")

        self.assertEqual(beyond.production_id.mfg_continues_id, self.order)
        self.assertSums(self.order)
