from .reports_case import REVERSED, ReportsCase


class TestReportReversed(ReportsCase):
    def reverse(self, report, **data):
        return self.handle(
            REVERSED, {"report_id": report.name, "reason": "Wrong order", **data}
        )

    def test_g8_a_reversal_takes_back_what_was_posted_and_is_linked(self):
        self.given_reason()
        self.report(30)
        wrong = self.report(
            10, report_id="R-2", scrap=[{"quantity": 2, "reason": "SCRATCH"}]
        )

        reversal = self.reverse(wrong)

        self.assertEqual(reversal.reverses_id, wrong)
        self.assertEqual(wrong.reversed_by_ids, reversal)
        corrected = reversal.posting_id.corrected_move_ids
        self.assertEqual(corrected, wrong.posting_id.move_ids)
        self.assertEqual(self.order.qty_produced, 30)
        self.assertEqual(self.on_hand(self.gearbox), 30)
        self.assertEqual(self.on_hand(self.housing), 560 - 30)
        self.assertEqual(self.on_hand(self.grease), 1000 - 7.5)
        self.assertSums(self.order)

    def test_g8_what_is_reported_after_a_reversal_fills_the_order_exactly(self):
        wrong = self.report(40)
        self.reverse(wrong)

        self.report(100, is_final=True)

        self.assertEqual(self.on_hand(self.gearbox), 100)
        self.assertEqual(self.on_hand(self.housing), 560 - 100)
        self.assertEqual(self.on_hand(self.swarf), 10)
        self.assertSums(self.order)

    def test_g8_progress_that_is_taken_back_is_never_posted(self):
        self.gearbox.mfg_posting_policy = "progress"
        wrong = self.report(40)
        self.report(25)

        self.reverse(wrong)

        self.assertEqual(self.order.qty_producing, 25)
        self.order.with_context(skip_backorder=True).button_mark_done()
        self.assertEqual(self.on_hand(self.gearbox), 25)
        self.assertFalse(wrong.posting_id)

    def test_g8_what_an_early_machine_made_for_the_order_is_taken_back(self):
        told = {"good": 10, "workorder": self.order._mfg_operations()[:1]}
        reports = self.env["mfg.production.report"]
        wrong = reports._take(self.order, {**told, "is_output": True})
        self.assertEqual(self.on_hand(self.gearbox), 10)

        wrong._reverse({"name": "Back"})

        self.assertEqual(self.on_hand(self.gearbox), 0)
        self.assertSums(self.order)

    def test_g8_a_second_reversal_has_no_effect(self):
        wrong = self.report(40)
        first = self.reverse(wrong)

        second = self.reverse(wrong)

        self.assertEqual(second, first)
        self.assertEqual(self.on_hand(self.gearbox), 0)
