from odoo.addons.mfg_integration_core.exceptions import (
    InvalidEventError,
    MissingReferenceError,
)

from .common import EdgeCase, count


class TestMachineCount(EdgeCase):
    def test_counts_add_up_on_the_order_that_the_machine_names(self):
        self.handle(count("c1", 40, 1, job_order=self.order.name))

        document = self.handle(count("c2", 20, 2, job_order=self.order.name))

        self.assertEqual(document, self.order)
        self.assertRecordValues(
            self.order,
            [
                {
                    "mfg_good_quantity": 60,
                    "mfg_scrap_quantity": 3,
                    "qty_producing": 60,
                }
            ],
        )

    def test_without_a_name_the_order_that_runs_at_the_work_center_counts(self):
        self.order.workorder_ids.button_start()

        self.handle(count("c1", 7))

        self.assertEqual(self.order.qty_producing, 7)

    def test_counts_for_nothing_that_runs_wait(self):
        with self.assertRaises(MissingReferenceError):
            self.handle(count("c1", 7))

    def test_counts_for_an_order_that_does_not_exist_wait_for_it(self):
        with self.assertRaises(MissingReferenceError) as caught:
            self.handle(count("c1", 7, job_order="WH/MO/99999"))

        self.assertEqual(caught.exception.model, "mrp.production")
        self.assertEqual(caught.exception.key, "WH/MO/99999")

    def test_counts_of_unknown_equipment_wait_for_its_binding(self):
        with self.assertRaises(MissingReferenceError):
            self.handle(count("c1", 7, equipment="UNKNOWN"))

    def test_counts_for_a_cancelled_order_are_left_to_a_person(self):
        self.order.action_cancel()

        with self.assertRaises(InvalidEventError) as caught:
            self.handle(count("c1", 7, job_order=self.order.name))

        self.assertEqual(caught.exception.code, "order_closed")

    def test_counts_are_accepted_while_the_order_is_on_hold(self):
        self.env["mfg.hold"]._place(
            self.order, reason_code="manual", reason="Wait for the engineer"
        )

        self.handle(count("c1", 7, job_order=self.order.name))

        self.assertEqual(self.order.qty_producing, 7)

    def test_fractions_are_rounded_once_from_the_exact_total(self):
        self.order.product_uom_id.rounding = 0.01

        for number in range(3):
            self.handle(count(f"c{number}", 0.004, job_order=self.order.name))

        self.assertEqual(self.order.mfg_good_quantity, 0.012)
        self.assertEqual(self.order.qty_producing, 0.01)

    def test_the_order_finishes_with_exactly_what_was_counted(self):
        self.order.workorder_ids.button_start()
        self.handle(count("c1", 100, job_order=self.order.name))
        self.handle(count("c2", 20, job_order=self.order.name))

        self.order.button_mark_done()

        self.assertEqual(self.order.state, "done")
        self.assertEqual(self.order.qty_produced, 120)
        consumed = {
            move.product_id: (move.state, move.quantity)
            for move in self.order.move_raw_ids
        }
        self.assertEqual(consumed[self.housing], ("done", 120))
        self.assertEqual(consumed[self.grease], ("done", 30))
        lots = self.order.move_raw_ids.move_line_ids.lot_id.mapped("name")
        self.assertEqual(lots, ["H-1"])

    def test_less_than_planned_consumes_what_was_made(self):
        self.order.workorder_ids.button_start()
        self.handle(count("c1", 118, 2, job_order=self.order.name))

        self.order.with_context(skip_backorder=True).button_mark_done()

        self.assertEqual(self.order.qty_produced, 118)
        housing = self.order.move_raw_ids.filtered(
            lambda move: move.product_id == self.housing and move.state == "done"
        )
        self.assertEqual(sum(housing.mapped("quantity")), 118)

    def test_counts_after_an_unanswered_question_reach_the_components_too(self):
        self.order.workorder_ids.button_start()
        self.handle(count("c1", 100, job_order=self.order.name))
        question = self.order.button_mark_done()
        self.assertEqual(question["res_model"], "mrp.production.backorder")

        self.handle(count("c2", 20, job_order=self.order.name))
        self.order.button_mark_done()

        self.assertEqual(self.order.state, "done")
        housing = self.order.move_raw_ids.filtered(
            lambda move: move.product_id == self.housing
        )
        self.assertEqual(housing.quantity, 120)
