from datetime import date, datetime

from odoo.addons.mfg_integration_core.exceptions import MissingReferenceError

from .common import CmmsCase


class TestMaintenanceReported(CmmsCase):
    def test_a_report_moves_the_request(self):
        request = self.given_work_order()
        event = self.given_report(state="in_progress", version=2)

        self.handle(event)

        self.assertEqual(request.mfg_state, "in_progress")
        self.assertRecordValues(
            event, [{"res_model": "maintenance.request", "res_id": request.id}]
        )

    def test_finished_work_closes_the_request_and_frees_the_equipment(self):
        request = self.given_work_order()
        hold = self.env["mfg.hold"]._place(
            self.equipment,
            reason_code="equipment_fault",
            reason="E-217",
            blocker=request,
        )

        self.handle(self.given_report(state="completed", version=4))

        self.assertEqual(request.mfg_state, "completed")
        self.assertTrue(request.stage_id.done)
        self.assertEqual(hold.state, "lifted")

    def test_a_report_that_overtakes_the_answer_waits_for_it(self):
        request = self.given_request()
        event = self.given_report(state="scheduled", version=2)

        with self.assertRaises(MissingReferenceError) as caught:
            self.handle(event)

        self.assertEqual(caught.exception.model, "maintenance.request")
        self.assertEqual(caught.exception.key, "WO-1001")
        self.assertEqual(request.mfg_state, "requested")

    def test_a_number_of_another_cmms_is_not_taken_for_ours(self):
        other = self.given_connector("cmms-of-the-neighbour")
        request = self.given_request()
        self.env["mfg.binding"]._bind(other, request, "WO-1001")

        with self.assertRaises(MissingReferenceError):
            self.handle(self.given_report(state="completed"))

    def test_b6_report_of_an_earlier_moment_is_ignored_and_logged(self):
        request = self.given_work_order()
        self.handle(
            self.given_report(state="completed", event_time=datetime(2026, 3, 2, 9, 30))
        )
        late = self.given_report(
            state="in_progress", event_time=datetime(2026, 3, 2, 9, 29)
        )

        self.handle(late)

        self.assertEqual(request.mfg_state, "completed")
        self.assertRecordValues(
            late, [{"state": "ignored", "reason_code": "older_version"}]
        )
        trail = self.env["mfg.audit.entry"].search(
            [("res_id", "=", request.id), ("action", "=", "partner.ignored")]
        )
        self.assertEqual(
            (trail.message_uuid, trail.new_value), (late.uuid, "in_progress")
        )
        self.assertIn("is newer than this", trail.why)

    def test_b6_clock_that_runs_ahead_does_not_make_the_request_deaf(self):
        request = self.given_work_order()
        self.handle(
            self.given_report(state="in_progress", event_time=datetime(2099, 1, 1))
        )

        self.handle(self.given_report(state="completed"))

        self.assertEqual(request.mfg_state, "completed")

    def test_b8_event_says_when_it_was_posted_unless_it_changed_nothing(self):
        self.given_work_order()
        nine, eight = datetime(2026, 3, 2, 9), datetime(2026, 3, 2, 8)
        report = self.given_report(state="completed", event_time=nine)
        late = self.given_report(state="in_progress", event_time=eight)

        self.handle(report)
        self.handle(late)

        self.assertGreaterEqual(report.posted_at, report.received_at)
        self.assertFalse(late.posted_at)

    def test_b6_version_goes_before_the_clock(self):
        request = self.given_work_order()
        self.handle(
            self.given_report(
                state="in_progress", version=2, event_time=datetime(2026, 3, 2, 9, 30)
            )
        )

        self.handle(
            self.given_report(
                state="completed", version=3, event_time=datetime(2026, 3, 2, 9, 29)
            )
        )

        self.assertEqual(request.mfg_state, "completed")

    def test_b6_an_older_version_is_ignored(self):
        request = self.given_work_order()
        self.handle(self.given_report(state="completed", version=4))
        late = self.given_report(state="in_progress", version=3)

        self.handle(late)

        self.assertEqual(request.mfg_state, "completed")
        self.assertRecordValues(
            late, [{"state": "ignored", "reason_code": "older_version"}]
        )

    def test_the_event_joins_the_chain_of_the_request(self):
        request = self.given_work_order()
        event = self.given_report(state="in_progress")

        self.handle(event)

        self.assertEqual(event.correlation_id, request.mfg_correlation_id)

    def test_technician_and_note_are_told_to_the_readers_of_the_request(self):
        request = self.given_work_order()

        self.handle(
            self.given_report(
                state="completed", technician="Ada Lindqvist", note="<b>New</b> sensor"
            )
        )

        told = " ".join(request.message_ids.mapped("body"))
        self.assertIn("WO-1001", told)
        self.assertIn("Ada Lindqvist", told)
        self.assertEqual(told.count("&lt;b&gt;New&lt;/b&gt; sensor"), 1)

    def test_a_note_without_a_new_state_is_told_too(self):
        request = self.given_work_order()
        self.handle(self.given_report(state="in_progress", version=2))

        self.handle(
            self.given_report(state="in_progress", version=3, note="Sensor ordered")
        )

        told = " ".join(request.message_ids.mapped("body"))
        self.assertEqual(told.count("Sensor ordered"), 1)

    def test_a_repeated_version_is_told_once(self):
        request = self.given_work_order()
        again = {"state": "in_progress", "version": 2, "note": "Sensor ordered"}
        self.handle(self.given_report(**again))

        repeat = self.given_report(**again)
        self.handle(repeat)

        told = " ".join(request.message_ids.mapped("body"))
        self.assertEqual(told.count("Sensor ordered"), 1)
        self.assertEqual(repeat.state, "ignored")

    def test_the_day_of_the_repair_is_the_one_the_cmms_names(self):
        request = self.given_work_order()

        self.handle(
            self.given_report(state="completed", completed_at="2026-03-02T09:02:30Z")
        )

        self.assertEqual(request.close_date, date(2026, 3, 2))
