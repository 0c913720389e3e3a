from odoo.addons.mfg_integration_core.compat import producing_lots
from odoo.addons.mfg_integration_edge.protocols.machine_events import (
    CONTEXT,
    COUNTER,
)
from odoo.addons.mfg_integration_edge.tests.common import EdgeCase, count, envelope


class TestMachineReports(EdgeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.given_reports(True)

    def reports(self):
        return self.env["mfg.production.report"].search(
            [("production_id", "=", self.order.id)], order="id"
        )

    def counted(self, *events):
        """Have these counts reach the order, as one request and one run."""
        self.given_batch(*events)
        self.handle_all()

    def handle_all(self):
        self.aggregate()
        for event in self.inbox().filtered(lambda event: event.state == "received"):
            event.state = "processing"
            event.with_user(self.connector.user_id)._handle_as_user()
        self.env.invalidate_all()

    def on_hand(self):
        """Gearboxes in stock."""
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", self.gearbox.id),
                ("location_id.usage", "=", "internal"),
            ]
        )
        return sum(quants.mapped("quantity"))

    def test_g5_a_thousand_pulses_are_one_report_and_one_posting_in_stock(self):
        self.gearbox.mfg_posting_policy = "post"
        order = self.order.name

        self.counted(*(count(f"p{n}", 0.1, job_order=order) for n in range(1000)))

        report = self.reports()
        self.assertEqual(len(report), 1)
        self.assertEqual(report.good_quantity, 100)
        self.assertEqual(len(report.posting_id), 1)
        self.assertEqual(self.on_hand(), 100)
        self.assertEqual(self.order.mfg_good_quantity, 100)
        self.assertEqual(self.order._mfg_told(), self.order._mfg_moved())

    def test_g5_what_was_counted_before_there_were_reports_is_reported_with_the_next(
        self,
    ):
        self.given_reports(False)
        self.counted(count("c1", 40, 2, job_order=self.order.name))
        self.given_reports(True)

        for number, good in enumerate((10, 5)):
            self.counted(count(f"d{number}", good, job_order=self.order.name))

        self.assertEqual(self.reports().mapped("good_quantity"), [40, 10, 5])
        self.assertEqual(self.order.qty_producing, 57)
        self.order.with_context(
            skip_backorder=True, skip_consumption=True
        ).button_mark_done()
        self.assertEqual(self.on_hand(), 55)
        self.assertEqual(self.order._mfg_told(), self.order._mfg_moved())

    def test_g5_from_the_report_to_its_counts_and_back_is_one_click(self):
        self.counted(count("c1", 70, 2, job_order=self.order.name))

        report = self.reports()
        window = report.mfg_window_id

        self.assertEqual(window.good_quantity, 70)
        self.assertEqual(report.action_open_window()["res_id"], window.id)
        self.assertEqual(window.action_open_report()["res_id"], report.id)
        self.assertIn(window.equipment_id.display_name, report.title)

    def test_progress_reaches_stock_when_the_order_is_finished(self):
        self.gearbox.mfg_posting_policy = "progress"
        self.counted(count("c1", 70, 2, job_order=self.order.name))
        self.counted(count("c2", 48, job_order=self.order.name))
        self.assertEqual(self.on_hand(), 0)

        self.order.with_context(
            skip_backorder=True, skip_consumption=True
        ).button_mark_done()

        self.assertEqual(self.order.state, "done")
        self.assertEqual(self.on_hand(), 118)
        self.assertEqual(len(self.reports().posting_id.report_ids), 2)
        self.assertEqual(self.order._mfg_told(), self.order._mfg_moved())

    def test_g9_a_late_reading_takes_back_what_was_posted_too_much(self):
        self.gearbox.mfg_posting_policy = "post"
        other = self._order(120)

        def reading(number, total, order):
            data = {"job_order": order.name, "good_total": total}
            event = envelope(f"r{number}", COUNTER, **data)
            return {**event, "sequence": f"1-{number}"}

        self.counted(reading(1, 0, self.order), reading(3, 50, self.order))
        before = sum(self.reports().mapped("good_quantity"))

        # The first 20 of them were of another order.
        self.counted(reading(2, 20, other))

        self.assertEqual(before, 50)
        self.assertEqual(sum(self.reports().mapped("good_quantity")), 30)
        self.assertEqual(other.mfg_reported_good_quantity, 20)
        self.assertEqual(self.on_hand(), 50)
        for order in (self.order, other):
            self.assertEqual(order._mfg_told(), order._mfg_moved())

    def test_g11_counts_for_a_closed_order_wait_for_a_person(self):
        self.counted(count("c1", 120, job_order=self.order.name))
        self.order.with_context(
            skip_backorder=True, skip_consumption=True
        ).button_mark_done()

        self.counted(count("c2", 3, job_order=self.order.name))

        late = self.reports()[-1]
        self.assertRecordValues(late, [{"state": "to_decide", "cause": "closed"}])
        self.assertEqual(self.on_hand(), 120)

    def given_closed(self, quantity):
        """The order is finished by hand, with so many pieces that nobody reported."""
        self.order.qty_producing = quantity
        self.order._set_qty_producing()
        self.order.move_raw_ids.picked = True
        self.order.with_context(
            skip_backorder=True, skip_consumption=True
        ).button_mark_done()
        self.assertEqual(self.order.state, "done")

    def test_g11_counts_that_a_new_order_took_are_not_reported_again(self):
        self.given_closed(60)
        self.counted(count("c1", 5, job_order=self.order.name))
        first = self.reports()
        first._settle("new_order", "Checked")

        self.counted(count("c2", 3, job_order=self.order.name))

        self.assertNotEqual(first.production_id, self.order)
        self.assertEqual(self.reports().mapped("good_quantity"), [3])

    def test_g11_what_a_closed_order_had_counted_before_reports_is_in_its_stock(self):
        self.given_reports(False)
        self.counted(count("c1", 40, job_order=self.order.name))
        self.given_closed(40)
        self.given_reports(True)

        self.counted(count("c2", 3, job_order=self.order.name))

        self.assertEqual(self.reports().mapped("good_quantity"), [3])

    def test_g11_counts_for_a_reopened_order_count_for_what_goes_on(self):
        self.given_closed(60)
        self.counted(count("c1", 5, job_order=self.order.name))
        self.reports()._settle("reopen", "Checked")

        self.counted(count("c2", 3, job_order=self.order.name))

        reopened = self.order.mfg_continued_by_ids
        self.assertEqual(reopened.mfg_report_ids.mapped("good_quantity"), [3, 5])
        self.assertFalse(self.reports())

    def test_where_a_mes_reports_counts_are_shown_and_posted_once(self):
        self.given_reports(False)
        self.gearbox.mfg_posting_policy = "post"

        self.counted(count("c1", 5, job_order=self.order.name))

        self.assertFalse(self.reports())
        self.assertEqual(self.order.mfg_good_quantity, 5)
        self.assertEqual(self.on_hand(), 0)

    def test_a_report_leads_to_the_event_of_its_window(self):
        self.counted(count("c1", 3, job_order=self.order.name))

        report = self.reports()

        self.assertEqual(report.event_id, self.inbox()[-1])
        self.assertEqual(self.windows()[-1].event_uuid, report.event_uuid)

    def test_g2_a_lot_and_an_operator_that_were_scanned_are_those_of_the_report(self):
        self.gearbox.mfg_posting_policy = "post"
        scan = envelope(
            "s1", CONTEXT, job_order=self.order.name, lot="L-77", operator="Ada"
        )

        self.counted({**scan, "time": "2026-03-02T09:00:00Z"}, count("c1", 5))
        self.counted(count("c2", 2))

        made = self.reports().line_ids.filtered(lambda line: line.kind == "good")
        self.assertEqual(made.lot_id.mapped("name"), ["L-77"])
        self.assertEqual(sum(made.mapped("quantity")), 7)
        self.assertEqual(self.reports().mapped("operator"), ["Ada", "Ada"])
        self.assertEqual(self.order._mfg_told(), self.order._mfg_moved())

    def test_g2_a_lot_that_was_scanned_for_a_product_without_lots_is_none(self):
        self.order.product_id.product_tmpl_id.tracking = "none"
        scan = envelope("s1", CONTEXT, job_order=self.order.name, lot="L-77")

        self.counted({**scan, "time": "2026-03-02T09:00:00Z"}, count("c1", 5))

        made = self.reports().line_ids.filtered(lambda line: line.kind == "good")
        self.assertFalse(made.lot_id)

    def test_the_lot_of_the_order_is_what_machines_make(self):
        self.gearbox.mfg_posting_policy = "post"
        self.counted(count("c1", 5, job_order=self.order.name))

        made = self.reports().line_ids.filtered(lambda line: line.kind == "good")

        self.assertEqual(made.lot_id, producing_lots(self.order))
