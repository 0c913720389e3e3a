from datetime import datetime, timedelta

from odoo.addons.mfg_integration_core.tests.racer import Racer

from ..protocols.machine_events import CONDITION
from .committed_machine import CommittedMachineCase
from .common import envelope, state


class MachineRacesCase(CommittedMachineCase):
    """Two workers, each in a transaction of its own, meet at one machine."""

    def race(self, first, second):
        """Let the second work meet what the first one has not committed yet.

        :param first: ``work(env)``, as ``second``
        :return: both racers, through
        """

        def then_stop(env, stop):
            first(env)
            env.flush_all()
            stop()

        def stop_before(env, stop):
            stop()
            second(env)

        ahead = Racer(self, then_stop).until_it_stops()
        behind = Racer(self, stop_before).until_it_stops()
        behind.go_on()
        # What does not wait for the other one is through by then.
        behind.join(0.3)
        ahead.finish()
        behind.finish()
        self.assertEqual((ahead.error, behind.error), (None, None))
        return ahead, behind

    def handling(self, event):
        event_id = self.given_event(event)
        return lambda env: self.handle(env, event_id)

    def of_robot(self, table, columns):
        return self.sql(
            f"SELECT {columns} FROM {table} WHERE equipment_id = %s ORDER BY id",
            self.robot_id,
        )


class TestCrossingRaces(MachineRacesCase):
    def reading(self, event_id, value, **data):
        return self.handling(
            envelope(
                event_id,
                CONDITION,
                measurement="vibration",
                value=value,
                unit="mm/s",
                **data,
            )
        )

    def test_g9_two_readings_beyond_the_senders_limit_at_once_are_one_request(self):
        first = self.reading("r1", 6.5, threshold=6)
        second = self.reading("r2", 6.6, threshold=6)

        _ahead, behind = self.race(first, second)

        self.assertEqual(behind.tries, 2)
        self.assertEqual(
            self.of_robot("mfg_edge_crossing", "value, request_id IS NOT NULL"),
            [(6.5, True)],
        )
        self.assertEqual(len(self.of_robot("maintenance_request", "id")), 1)

    def test_g9_two_readings_beyond_a_rules_limit_at_once_are_one_run(self):
        self.race(self.reading("r1", 7.4), self.reading("r2", 7.5))

        runs = self.sql(
            "SELECT count(*) FROM mfg_rule_run"
            " WHERE res_model = 'maintenance.equipment' AND res_id = %s",
            self.robot_id,
        )
        self.assertEqual(runs, [(1,)])
        self.assertEqual(self.of_robot("mfg_edge_crossing", "value"), [(7.4,)])


class TestStopRaces(MachineRacesCase):
    def setUp(self):
        super().setUp()
        self.now = datetime.utcnow().replace(microsecond=0)

    def at(self, second):
        return self.now + timedelta(seconds=second)

    def telling(self, second, name):
        event = state(f"s{second}", name)
        event["time"] = f"{self.at(second).isoformat()}Z"
        return self.handling(event)

    def recording(self, second, name):
        """A state that is no news for the machine, such as a late one."""

        def record(env):
            env["mfg.edge.state"]._record(self.robot(env), self.at(second), name)

        return record

    def stops(self):
        return self.of_robot("mfg_edge_stop", "began_at, ended_at")

    def log(self):
        """The downtimes in the log of the work center."""
        return self.sql(
            "SELECT date_start, date_end FROM mrp_workcenter_productivity"
            " WHERE workcenter_id = %s ORDER BY id",
            self.workcenter_id,
        )

    def assertOneStop(self, begin, end):
        times = self.at(begin), None if end is None else self.at(end)
        self.assertEqual(self.stops(), [times])
        self.assertEqual(self.log(), [times])

    def test_g9_two_states_of_one_stop_at_once_are_one_entry_of_the_log(self):
        self.given_states((self.at(-900), "Execute"))

        self.race(self.telling(-600, "Held"), self.telling(-590, "Holding"))

        self.assertOneStop(-600, None)

    def test_g9_late_states_of_one_stop_at_once_are_one_entry_of_the_log(self):
        self.given_states((self.at(-900), "Execute"), (self.at(-10), "Execute"))

        self.race(self.recording(-600, "Held"), self.recording(-590, "Holding"))

        self.assertOneStop(-600, -10)

    def test_g9_begin_and_end_of_a_stop_at_once_leave_it_closed(self):
        self.given_states((self.at(-900), "Execute"))

        self.race(self.recording(-600, "Held"), self.recording(-300, "Execute"))

        self.assertOneStop(-600, -300)

    def test_g9_stop_that_ends_while_the_sweeper_sees_it_is_closed(self):
        minimum = 60
        self.given_states((self.at(-900), "Execute"), (self.at(-30), "Held"))

        def sweep(env):
            later = self.at(minimum)
            env["mfg.edge.stop"]._follow(self.robot(env), self.at(-30), later)

        self.race(sweep, self.recording(minimum + 1, "Execute"))

        self.assertOneStop(-30, minimum + 1)

    def test_g9_sweeper_that_meets_the_end_of_a_stop_leaves_it_closed(self):
        self.given_states((self.at(-900), "Execute"), (self.at(-600), "Held"))
        self.forget_stops()

        def sweep(env):
            env["mfg.edge.stop"]._follow(self.robot(env), self.at(-600), self.now)

        self.race(self.recording(-5, "Execute"), sweep)

        self.assertOneStop(-600, -5)

    def forget_stops(self):
        """As if nobody had seen yet that the machine stands."""
        self.commit(
            lambda env: (
                env["mfg.edge.stop"]
                .search([("equipment_id", "=", self.robot_id)])
                ._forget()
            )
        )


class TestShiftSummaryRaces(MachineRacesCase):
    def summing_up(self, env):
        env["mfg.shift.summary"]._summarise(self.workcenter(env), datetime.utcnow())

    def summaries(self):
        return self.sql(
            "SELECT begins_at, version FROM mfg_shift_summary"
            " WHERE workcenter_id = %s ORDER BY begins_at",
            self.workcenter_id,
        )

    def test_g10_two_that_sum_up_at_once_make_one_summary_per_shift(self):
        told = datetime.utcnow() - timedelta(days=2)
        self.given_states((told, "Execute"))

        _ahead, behind = self.race(self.summing_up, self.summing_up)

        self.assertEqual(behind.tries, 2)
        summaries = self.summaries()
        self.assertIn(len(summaries), (2, 3))
        self.assertEqual({version for _begin, version in summaries}, {1})

    def test_g10_two_that_correct_at_once_make_one_new_version(self):
        told = datetime.utcnow() - timedelta(days=2)
        self.given_states((told, "Execute"))
        self.commit(self.summing_up)
        self.given_states((told + timedelta(minutes=1), "Held"))

        self.race(self.summing_up, self.summing_up)

        versions = [version for _begin, version in self.summaries()]
        self.assertEqual(set(versions), {2})

    def test_g10_state_that_comes_while_its_shift_is_summed_up_is_in_it(self):
        told = datetime.utcnow() - timedelta(days=2)
        self.given_states((told, "Execute"))

        def tell(env):
            at = told + timedelta(minutes=1)
            env["mfg.edge.state"]._record(self.robot(env), at, "Held")

        self.race(tell, self.summing_up)
        self.commit(self.summing_up)
        told_late = self.down()
        self.race(self.summing_up, lambda env: self.repair(env, told))
        self.commit(self.summing_up)

        self.assertTrue(all(told_late))
        self.assertFalse(any(self.down()))

    def repair(self, env, told):
        at = told + timedelta(minutes=1)
        env["mfg.edge.state"]._record(self.robot(env), at, "Execute")

    def down(self):
        """Seconds of standstill of each shift."""
        return [
            seconds
            for (seconds,) in self.sql(
                "SELECT down_s::float FROM mfg_shift_summary WHERE workcenter_id = %s",
                self.workcenter_id,
            )
        ]
