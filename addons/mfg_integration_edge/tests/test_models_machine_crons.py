"""The scheduled actions about machines, run as *Run Manually* does."""

from datetime import datetime, timedelta
from unittest.mock import patch

from ..models import mfg_sweeper_devices
from ..models.mfg_edge_device_presence import MfgEdgeDevicePresence
from ..models.mfg_edge_stop import MfgEdgeStop
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

    def given_device(self, env, name, now):
        """A device that was last heard an hour ago."""
        return (
            env["mfg.edge.device"]
            .create(
                {
                    "name": name,
                    "source": f"/test/{name}",
                    "connector_id": self.connector_id,
                    "state": "online",
                    "last_seen_at": now - timedelta(hours=1),
                }
            )
            .id
        )

    def devices(self):
        """``[(name, state)]``"""
        return self.sql(
            "SELECT name, state FROM mfg_edge_device"
            " WHERE connector_id = %s ORDER BY id",
            self.connector_id,
        )

    def watch_in_trouble(self, now):
        """A round of the sweeper that has to warn of something."""
        with self.assertLogs(mfg_sweeper_devices.__name__, "WARNING"):
            self.commit(lambda env: env["mfg.sweeper"]._watch_machines(now))

    def troubles(self, text):
        """How many notes say so."""
        ((count_,),) = self.sql(
            "SELECT count(*) FROM mfg_hub_note WHERE kind = 'trouble' AND text LIKE %s",
            f"%{text}%",
        )
        return count_

    def test_h4_trouble_with_one_device_keeps_no_other_from_falling_silent(self):
        now = datetime.utcnow().replace(microsecond=0)
        one, other = f"one-{now}", f"other-{now}"
        for name in (one, other):
            self.commit(lambda env, name=name: self.given_device(env, name, now))
        go = MfgEdgeDevicePresence._go

        def refuse(device, *args):
            if device.name == one:
                raise ValueError(f"Nobody knows {device.name}")
            return go(device, *args)

        with patch.object(MfgEdgeDevicePresence, "_go", refuse):
            for _round in range(2):
                self.watch_in_trouble(now)

        self.assertEqual(self.devices(), [(one, "online"), (other, "stale")])
        self.assertEqual(self.troubles(f"Nobody knows {one}"), 1)

        self.commit(lambda env: env["mfg.sweeper"]._watch_machines(now))
        self.assertEqual(self.devices(), [(one, "stale"), (other, "stale")])

    def test_h4_trouble_with_one_machine_keeps_no_device_from_falling_silent(self):
        now = datetime.utcnow().replace(microsecond=0)
        self.given_states((now - timedelta(minutes=9), "Execute"))
        self.sql(
            "INSERT INTO mfg_edge_state (equipment_id, at, state, recorded_at)"
            " VALUES (%s, %s, 'Held', %s)",
            self.robot_id,
            now - timedelta(minutes=2),
            now,
        )
        self.commit(lambda env: self.given_device(env, f"other-{now}", now))
        trouble = f"No loss of {now}"

        with patch.object(MfgEdgeStop, "_follow", side_effect=ValueError(trouble)):
            self.watch_in_trouble(now)

        self.assertEqual(self.devices(), [(f"other-{now}", "stale")])
        self.assertEqual(self.troubles(trouble), 1)
