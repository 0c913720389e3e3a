from odoo.addons.mfg_integration_core.exceptions import MissingReferenceError

from .reports_case import REVERSED, ReportsCase


class TestConsumption(ReportsCase):
    def used(self, posting, product):
        """``{lot name or "": quantity}`` that a posting used of a component."""
        lines = posting.move_ids.move_line_ids.filtered(
            lambda line: line.product_id == product
        )
        return {line.lot_id.name or "": line.quantity for line in lines}

    def test_g4_mixed_takes_what_is_reported_and_the_rest_by_the_bom(self):
        report = self.report(
            10, consumption=[{"product": "HOUSING", "quantity": 11, "lot": "H-2"}]
        )

        self.assertEqual(self.used(report.posting_id, self.housing), {"H-2": 11})
        self.assertEqual(self.used(report.posting_id, self.grease), {"": 2.5})
        self.assertSums(self.order)

    def test_g4_actual_takes_only_what_is_reported(self):
        self.gearbox.mfg_consumption_policy = "actual"

        report = self.report(10, consumption=[{"product": "GREASE", "quantity": 3}])

        self.assertEqual(self.used(report.posting_id, self.housing), {})
        self.assertEqual(self.used(report.posting_id, self.grease), {"": 3})
        self.assertSums(self.order)

    def test_g4_backflush_takes_what_the_bom_says(self):
        self.gearbox.mfg_consumption_policy = "backflush"

        report = self.report(10, consumption=[{"product": "GREASE", "quantity": 99}])

        self.assertEqual(self.used(report.posting_id, self.grease), {"": 2.5})

    def test_g4_a_missing_lot_waits_and_names_the_candidates(self):
        self.order.do_unreserve()

        with self.assertRaises(MissingReferenceError) as caught:
            self.report(10)

        self.assertEqual(caught.exception.model, "stock.lot")
        self.assertIn("H-1 (60 Units), H-2 (500 Units)", caught.exception.remedy)

    def test_g4_a_final_report_waits_for_its_lots_as_any_other(self):
        self.gearbox.mfg_posting_policy = "progress"
        self.order.do_unreserve()

        with self.assertRaises(MissingReferenceError) as caught:
            self.report(10, is_final=True)

        self.assertEqual(caught.exception.model, "stock.lot")

    def test_g4_a_lost_part_with_lots_is_the_reserved_one(self):
        self.given_reason()

        self.report(
            5, scrap=[{"quantity": 2, "reason": "SCRATCH", "component": "HOUSING"}]
        )

        self.assertEqual(self.on_hand(self.housing, self.h1), 60 - 7)
        self.assertEqual(self.order.scrap_ids.lot_id, self.h1)
        self.assertSums(self.order)

    def test_g4_each_lot_made_knows_the_lots_that_went_into_it(self):
        def names(report):
            made = report.posting_id.move_ids.move_line_ids.filtered(
                lambda line: line.product_id == self.gearbox
            )
            return set(made.consume_line_ids.lot_id.mapped("name"))

        consumed = [{"product": "HOUSING", "quantity": 10, "lot": "H-1"}]
        first = self.report(10, lot="GB-1", consumption=consumed)
        consumed = [{"product": "HOUSING", "quantity": 10, "lot": "H-2"}]
        second = self.report(10, lot="GB-2", consumption=consumed, is_final=True)

        self.assertEqual(self.order.state, "done")
        self.assertEqual(names(first), {"H-1"})
        self.assertEqual(names(second), {"H-2"})
        self.assertEqual(self.on_hand(self.gearbox), 20)
        self.assertSums(self.order)

    def test_g4_what_an_early_operation_loses_has_used_components(self):
        self.given_reason()

        self.report(
            0, operation="Pressing", scrap=[{"quantity": 4, "reason": "SCRATCH"}]
        )

        self.assertEqual(self.order.qty_produced, 0)
        self.assertEqual(self.on_hand(self.housing), 560 - 4)
        self.assertSums(self.order)

    def test_g4_what_was_used_without_a_plan_does_not_become_one(self):
        wax = self.given_product("WAX")
        self.scene.stock(wax, 10)
        wrong = self.report(3, consumption=[{"product": "WAX", "quantity": 3}])

        self.report(10)
        self.assertEqual(self.on_hand(wax), 7)
        parts = self.order._split_productions({self.order: [70, 30]})
        self.assertNotIn(wax, parts[1].move_raw_ids.product_id)
        self.handle(REVERSED, {"report_id": wrong.name})

        self.assertEqual(self.on_hand(wax), 10)
        asked_for = self.order.move_raw_ids.filtered(
            lambda move: move.product_id == wax
        )
        self.assertEqual(sum(asked_for.mapped("product_uom_qty")), 0)
        self.assertFalse(asked_for.filtered(lambda move: move.state != "done"))
        self.assertSums(self.order)

    def test_g4_a_late_report_uses_nothing_that_nobody_planned(self):
        wax = self.given_product("WAX")
        self.scene.stock(wax, 10)
        told = [{"product": "WAX", "quantity": 3}]
        self.report(10, consumption=told)
        self.report(10, is_final=True)
        self.assertEqual(self.order.state, "done")

        housing = {"product": "HOUSING", "quantity": 10, "lot": "H-2"}
        for consumption in ([*told, housing], [housing]):
            late = self.report(10, consumption=consumption)
            late._settle("correct_stock", "Checked")

        self.assertEqual(self.on_hand(wax), 10 - 6)
        self.assertEqual(self.on_hand(self.grease), 1000 - 10)
        self.assertSums(self.order)

    def test_g4_more_used_than_planned_leaves_the_plan_of_a_piece_as_it_was(self):
        self.report(10, consumption=[{"product": "GREASE", "quantity": 40}])

        following = self.report(10)

        self.assertEqual(self.used(following.posting_id, self.grease), {"": 2.5})
        self.assertSums(self.order)

    def test_g4_pieces_beyond_the_order_use_as_much_as_the_others(self):
        self.gearbox.mfg_has_tolerance = True
        self.gearbox.mfg_tolerance_percent = 20
        self.report(110)

        following = self.report(10)

        self.assertEqual(self.used(following.posting_id, self.grease), {"": 2.5})
        self.assertEqual(self.on_hand(self.housing), 560 - 120)
        self.assertSums(self.order)
