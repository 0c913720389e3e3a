from freezegun import freeze_time

from odoo.addons.mfg_integration_core.exceptions import GateError

from .reports_case import TimesCase


class TestOperationTimes(TimesCase):
    """Odoo and people end and begin work, too; the times stay those of the work."""

    @property
    def assembly_work(self):
        return self.order.workorder_ids.filtered(lambda each: each.name == "Assembly")

    def given_hold(self, at):
        with freeze_time(f"2026-03-02 {at}:00"):
            return self.env["mfg.hold"]._place(
                self.assembly_work,
                reason_code="manual",
                reason="Crack in the fixture",
                clearer="Maintenance",
            )

    def given_held_from_nine_to_eleven(self):
        self.operation("start", "08:00")
        hold = self.given_hold("09:00")
        with freeze_time("2026-03-02 11:00:00"):
            hold._lift("Welded")
        self.env.invalidate_all()

    def test_g6_the_time_of_a_hold_is_not_worked(self):
        self.given_held_from_nine_to_eleven()
        self.assertEqual(self.times(), [("08:00", "09:00"), ("11:00", "")])

        self.operation("stop", "12:00")

        self.assertEqual(self.times(), [("08:00", "09:00"), ("11:00", "12:00")])
        self.assertEqual(self.order._mfg_differences(), [])

    def test_g6_a_pause_that_overtook_the_hold_ends_the_first_stretch(self):
        self.given_held_from_nine_to_eleven()

        self.operation("pause", "08:50")

        self.assertEqual(self.times(), [("08:00", "08:50"), ("11:00", "")])

    def test_g6_a_resume_that_comes_late_keeps_the_one_timer(self):
        self.given_held_from_nine_to_eleven()

        self.operation("resume", "10:58")

        self.assertEqual(self.times(), [("08:00", "09:00"), ("10:58", "")])

    def test_g6_a_second_start_of_held_work_opens_no_timer(self):
        self.operation("start", "08:00")
        self.given_hold("09:00")

        self.operation("start", "08:00")
        with self.assertRaises(GateError):
            self.operation("start", "10:00")

        self.env.invalidate_all()
        self.assertEqual(self.times(), [("08:00", "09:00")])

    def test_g6_a_stop_after_the_work_order_was_finished_counts_no_minute_twice(self):
        self.operation("start", "08:00")
        with freeze_time("2026-03-02 13:00:00"):
            self.assembly_work.button_finish()
        self.assertEqual(self.times(), [("08:00", "13:00")])

        self.operation("stop", "12:00")

        self.assertEqual(self.times(), [("08:00", "12:00")])
        self.assertEqual(self.order._mfg_differences(), [])

    def test_g6_no_clock_runs_on_a_work_order_that_is_done(self):
        self.operation("start", "08:00")
        self.operation("complete", "09:00")

        self.operation("start", "10:00")
        self.assertEqual(self.times(), [("08:00", "09:00")])

        self.operation("stop", "10:30")
        self.assertEqual(self.times(), [("08:00", "09:00"), ("10:00", "10:30")])

    def test_g6_a_pause_and_a_start_by_hand_are_told_from_work(self):
        self.operation("start", "08:00")
        with freeze_time("2026-03-02 09:00:00"):
            self.assembly_work.end_all()
        with freeze_time("2026-03-02 09:30:00"):
            self.assembly_work.button_start()

        self.operation("stop", "10:00")

        self.assertEqual(self.times(), [("08:00", "09:00"), ("09:30", "10:00")])

    def test_g6_a_start_that_comes_late_keeps_the_one_timer(self):
        self.operation("start", "08:00")

        self.operation("start", "07:00")

        self.assertEqual(self.times(), [("07:00", "")])

    def test_g6_a_timer_that_was_started_by_hand_becomes_that_of_the_report(self):
        with freeze_time("2026-03-02 08:05:00"):
            self.assembly_work.button_start()

        self.operation("start", "08:00")
        self.operation("stop", "09:00")

        self.assertEqual(self.times(), [("08:00", "09:00")])
