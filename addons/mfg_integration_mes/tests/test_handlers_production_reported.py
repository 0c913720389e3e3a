from odoo.addons.mfg_integration_core.exceptions import MissingReferenceError

from .reports_case import ReportsCase


class TestProductionReported(ReportsCase):
    def test_g2_a_report_becomes_finished_goods_of_the_same_order(self):
        report = self.report(24)

        self.assertRecordValues(
            self.order, [{"qty_produced": 24, "qty_producing": 24, "state": "progress"}]
        )
        self.assertEqual(self.on_hand(self.gearbox, self.lot), 24)
        self.assertEqual(self.on_hand(self.housing, self.h1), 60 - 24)
        self.assertEqual(self.on_hand(self.grease), 1000 - 6)
        self.assertEqual(self.on_hand(self.swarf), 2.4)
        self.assertEqual(report.posting_id.production_id, self.order)
        self.assertEqual(report.state, "accepted")
        self.assertSums(self.order)

    def test_g2_many_partials_add_up_and_need_no_second_order(self):
        for _number in range(5):
            self.report(20)

        self.assertEqual(self.order.qty_produced, 100)
        self.assertEqual(self.order.state, "to_close")
        self.assertEqual(self.on_hand(self.housing), 560 - 100)
        self.assertSums(self.order)

    def test_g2_scrap_with_a_reason_is_made_and_then_scrapped(self):
        self.given_reason()

        self.report(10, scrap=[{"quantity": 2, "reason": "SCRATCH"}])

        self.assertEqual(self.on_hand(self.gearbox), 10)
        self.assertEqual(self.on_hand(self.housing), 560 - 12)
        self.assertRecordValues(
            self.order.scrap_ids,
            [{"scrap_qty": 2, "mfg_reason": "scratched", "state": "done"}],
        )
        self.assertSums(self.order)

    def test_g2_a_reason_that_nobody_mapped_waits(self):
        with self.assertRaises(MissingReferenceError):
            self.report(10, scrap=[{"quantity": 2, "reason": "SCRATCH"}])

    def test_g2_a_final_report_finishes_the_order(self):
        self.report(40)

        self.report(55, is_final=True)

        self.assertEqual(self.order.state, "done")
        self.assertEqual(self.on_hand(self.gearbox), 95)
        self.assertEqual(self.on_hand(self.housing), 560 - 95)
        self.assertEqual(self.on_hand(self.swarf), 9.5)
        self.assertSums(self.order)

    def test_g2_a_final_report_of_the_last_operation_finishes_the_order(self):
        self.report(40, operation="Assembly", is_final=True)

        self.assertRecordValues(self.order, [{"state": "done", "qty_produced": 40}])
        self.assertEqual(self.on_hand(self.gearbox), 40)

    def test_g2_a_final_report_of_an_early_operation_finishes_it_alone(self):
        self.report(40, operation="Pressing", is_final=True)

        pressing, assembly = self.order._mfg_operations()
        self.assertEqual(pressing.state, "done")
        self.assertNotEqual(assembly.state, "done")
        self.assertNotIn(self.order.state, ("done", "cancel"))

    def test_g2_progress_is_posted_when_the_order_is_finished(self):
        self.gearbox.mfg_posting_policy = "progress"
        self.report(40)
        self.assertEqual(self.on_hand(self.gearbox), 0)
        self.assertEqual(self.order.qty_producing, 40)

        self.report(50)
        self.order.with_context(skip_backorder=True).button_mark_done()

        self.assertEqual(self.order.state, "done")
        self.assertEqual(self.on_hand(self.gearbox), 90)
        self.assertEqual(self.on_hand(self.housing), 560 - 90)
        self.assertSums(self.order)

    def test_g2_a_negative_quantity_corrects_what_was_posted(self):
        self.report(24)

        self.report(-4)

        self.assertEqual(self.order.qty_produced, 20)
        self.assertEqual(self.on_hand(self.gearbox), 20)
        self.assertEqual(self.on_hand(self.housing), 560 - 20)
        self.assertSums(self.order)

    def test_g2_a_final_report_of_nothing_makes_nothing(self):
        for policy in ("post", "progress"):
            order = self.scene.order(self.bom, 10)
            self.gearbox.mfg_posting_policy = policy

            self.report(0, order=order, is_final=True)

            self.assertEqual(order.qty_produced, 0, policy)
            self.assertEqual(self.on_hand(self.gearbox), 0, policy)
            self.assertEqual(self.on_hand(self.housing), 560, policy)
            self.assertIn(order.state, ("done", "cancel"), policy)
