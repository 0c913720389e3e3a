from odoo.tests import new_test_user

from .costs_case import CostsCase


class TestLateWork(CostsCase):
    """Work that is told, or priced by Odoo, after something was posted."""

    def minutes(self, name="Assembly", order=None):
        order = order or self.order
        operation = order.workorder_ids.filtered(lambda each: each.name == name)
        return round(sum(operation.time_ids.mapped("duration")), 2)

    def close_by_hand(self, order, quantity):
        order.qty_producing = quantity
        order._set_qty_producing()
        order.move_raw_ids.picked = True
        order.with_context(skip_backorder=True).button_mark_done()

    def report_late(self, quantity, order=None):
        """Have the MES report pieces of a closed order, and the lot that they took."""
        used = {"product": "HOUSING", "quantity": quantity, "lot": "H-9"}
        return self.report(quantity, order=order, consumption=[used])

    def correct_stock(self, report):
        approver = new_test_user(
            self.env,
            "cost-approver",
            "mfg_integration_core.group_approver,mrp.group_mrp_user",
        )
        report.with_user(approver)._settle("correct_stock", "Checked")
        self.env.invalidate_all()

    def test_g2_a_time_that_is_told_late_takes_the_place_of_that_of_the_plan(self):
        first = self.report(40)
        self.assertEqual(self.minutes(), 40)

        self.operation("start", "08:00")
        self.operation("stop", "09:00")
        second = self.report(60)

        self.assertEqual(self.minutes(), 60)
        pressing = sum(second.posting_id.time_ids.mapped("duration"))
        self.assertAlmostEqual(second.posting_id.labour_cost, 120 - 80 + pressing, 2)
        self.assertEqual(first.posting_id.labour_cost, 80 + 40)
        self.assertCosts()

    def test_g2_work_before_the_first_time_that_is_told_keeps_that_of_the_plan(self):
        self.report(40)

        self.operation("start", "10:00")
        self.operation("stop", "11:00")
        self.report(60, values={"at": "2026-03-02 11:00:00"})

        self.assertEqual(self.minutes(), 40 + 60)
        self.assertCosts()

    def test_g2_less_time_than_planned_makes_no_piece_cheaper_than_its_material(self):
        self.report(60)

        self.operation("start", "09:00")
        self.operation("stop", "09:40")
        second = self.report(10)
        self.assertEqual(second.posting_id.labour_cost, 10)
        self.operation("start", "11:00")
        self.operation("stop", "12:00")
        self.report(30)

        self.assertEqual(self.minutes(), 100)
        self.assertCosts()

    def test_g11_what_is_corrected_later_does_not_bear_the_work_again(self):
        order = self.given_order(10, lot="GB-11")
        self.close_by_hand(order, 10)
        before = self.value_of(self.made(order))
        late = self.report_late(1, order)
        self.assertEqual(late.cause, "closed")

        self.correct_stock(late)

        self.assertEqual(late.posting_id.labour_cost, 0)
        self.assertEqual(self.value_of(self.made(order)), before + 3)
        self.assertCosts(order)

    def test_g11_nor_after_more_was_made_by_hand_than_was_reported(self):
        self.operation("start", "08:00", name="Pressing")
        self.operation("stop", "09:00", name="Pressing")
        self.operation("start", "08:00")
        self.operation("stop", "09:00")
        self.report(40)
        self.operation("start", "09:00")
        self.operation("stop", "10:00")
        self.close_by_hand(self.order, 90)
        late = self.report_late(10)

        self.correct_stock(late)

        self.assertEqual(late.posting_id.labour_cost, 0)
        self.assertCosts()
