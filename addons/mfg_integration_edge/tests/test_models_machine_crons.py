"""The scheduled actions about machines, run as *Run Manually* does."""

from datetime import datetime, timedelta

from .committed_machine import CommittedMachineCase
from .common import count

SUMMARIES = "mfg_integration_edge.ir_cron_mfg_shift_summary"
SWEEPER = "mfg_integration_core.ir_cron_sweep"


class TestShiftSummaryCron(CommittedMachineCase):
    def setUp(self):
        super().setUp()
        yesterday = datetime.utcnow().date() - timedelta(days=1)
        #: Begin of yesterday's shift, the first one with a machine that told its state.
        self.begin = datetime.combine(yesterday, datetime.min.time()).replace(hour=6)
        self.given_states((self.at(-60), "Execute"))

    def at(self, minute):
        """So many minutes after the begin of the shift."""
        return self.begin + timedelta(minutes=minute)

    def summary(self):
        """``(version, hours that it produced, hours that it stood still, good)``."""
        ((*times, good),) = self.sql(
            "SELECT version, production_s::float, down_s::float, good_quantity::float"
            "  FROM mfg_shift_summary WHERE workcenter_id = %s AND begins_at = %s",
            self.workcenter_id,
            self.begin,
        )
        version, *spent = times
        return version, *(seconds / 3600 for seconds in spent), good

    def late_count(self, event_id, good):
        event = count(event_id, good)
        event["time"] = f"{self.at(30).isoformat()}Z"
        return event

    def test_g10_shift_that_has_ended_is_summed_up_once(self):
        self.run_cron(SUMMARIES)
        self.run_cron(SUMMARIES)

        self.assertEqual(self.summary(), (1, 8, 0, 0))

    def test_g10_count_that_comes_late_corrects_the_summary(self):
        self.run_cron(SUMMARIES)

        self.given_counts(self.late_count("c1", 7))
        self.run_cron(SUMMARIES)
        self.run_cron(SUMMARIES)

        self.assertEqual(self.summary(), (2, 8, 0, 7))

    def test_g10_state_that_comes_late_corrects_the_summary(self):
        self.run_cron(SUMMARIES)

        self.given_states((self.at(60), "Held"), (self.at(180), "Execute"))
        self.run_cron(SUMMARIES)

        self.assertEqual(self.summary(), (2, 6, 2, 0))


class TestSweeperCron(CommittedMachineCase):
    def test_g9_stop_of_a_machine_that_says_nothing_further_is_written_down(self):
        now = datetime.utcnow().replace(microsecond=0)
        self.given_states((now - timedelta(minutes=9), "Execute"))
        # As it was recorded two minutes ago, when it was too short for a stop.
        began = now - timedelta(minutes=2)
        self.sql(
            "INSERT INTO mfg_edge_state (equipment_id, at, state, recorded_at)"
            " VALUES (%s, %s, 'Held', %s)",
            self.robot_id,
            began,
            began,
        )

        self.run_cron(SWEEPER)
        self.run_cron(SWEEPER)

        stops = self.sql(
            "SELECT began_at, ended_at FROM mfg_edge_stop WHERE equipment_id = %s",
            self.robot_id,
        )
        log = self.sql(
            "SELECT date_start, date_end FROM mrp_workcenter_productivity"
            " WHERE workcenter_id = %s",
            self.workcenter_id,
        )
        self.assertEqual((stops, log), ([(began, None)], [(began, None)]))
