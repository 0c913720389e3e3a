from .reports_case import TimesCase


class TestOperationReported(TimesCase):
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
