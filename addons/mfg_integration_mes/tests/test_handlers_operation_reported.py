from odoo import fields

from .reports_case import OPERATION, ReportsCase


class TestOperationReported(ReportsCase):
    def operation(self, action, at, name="Assembly"):
        """Have the MES say something of an operation at a time of the day."""
        return self.handle(
            OPERATION,
            {"job_order": self.order.name, "operation": name, "action": action},
            at=f"2026-03-02 {at}:00",
        )

    def times(self, name="Assembly"):
        """``[(start, end or "")]`` of the operation, as times of the day."""
        workorder = self.order.workorder_ids.filtered(lambda each: each.name == name)
        return [
            tuple(
                moment and fields.Datetime.to_string(moment)[11:16] or ""
                for moment in (line.date_start, line.date_end)
            )
            for line in workorder.time_ids.sorted("date_start")
        ]

    def test_g6_start_pause_resume_and_stop_leave_the_times_that_were_worked(self):
        self.operation("start", "08:00")
        self.operation("pause", "09:00")
        self.operation("resume", "09:30")
        self.assertEqual(self.times(), [("08:00", "09:00"), ("09:30", "")])

        self.operation("stop", "10:00")

        self.assertEqual(self.times(), [("08:00", "09:00"), ("09:30", "10:00")])

    def test_g6_a_second_start_leaves_one_open_timer(self):
        self.operation("start", "08:00")

        second = self.operation("start", "08:05")

        self.assertEqual(self.times(), [("08:00", "")])
        self.assertEqual(second.state, "no_effect")
        workorder = second.workorder_id
        self.assertEqual(workorder.state, "progress")

    def test_g6_a_report_leads_to_its_times_and_back(self):
        started = self.operation("start", "08:00")

        stopped = self.operation("stop", "08:30")

        self.assertEqual(started.time_ids.mfg_closed_by_id, stopped)
        self.assertAlmostEqual(started.time_ids.duration, 30)

    def test_g6_a_stop_that_comes_late_ends_the_stretch_it_belongs_to(self):
        self.operation("start", "08:00")
        self.operation("start", "10:00")

        self.operation("stop", "09:00")

        self.assertEqual(self.times(), [("08:00", "09:00"), ("10:00", "")])

    def test_g7_a_completion_before_its_start_is_held_and_then_applied(self):
        early = self.operation("complete", "09:00")
        self.assertEqual(early.state, "held")
        self.assertEqual(self.times(), [])

        self.operation("start", "08:00")

        self.assertEqual(self.times(), [("08:00", "09:00")])
        self.assertEqual(early.state, "applied")
        self.assertEqual(early.workorder_id.state, "done")
