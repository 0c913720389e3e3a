"""Counts of many requests become one posting, and nothing waits for it too long."""

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError

from odoo.addons.mfg_integration_core.exceptions import MissingReferenceError

from ..protocols.machine_events import CONTEXT, CYCLE
from .committed_machine import CommittedMachineCase
from .common import count, envelope, state
from .test_models_counters import CountersCase, at, counter

BEGIN = datetime(2026, 3, 2, 12)


class TestGathering(CountersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.given_gathering(30)

    def given_at(self, second, *events):
        """A request with these events so many seconds after the beginning."""
        moment = BEGIN + timedelta(seconds=second)
        with freeze_time(moment):
            self.given_batch(*events, received_at=moment)
            return self.aggregate()

    def pass_to(self, second):
        with freeze_time(BEGIN + timedelta(seconds=second)):
            return self.aggregate()

    def pulse(self, number, **data):
        job = {"job_order": self.order.name} | data
        return at(envelope(f"pulse-{number}", CYCLE, **job), number)

    def told(self):
        """What the inbox was told: good units, or the name of a state."""
        said = [event.payload["data"] for event in self.inbox()]
        return [data.get("state", data.get("good_quantity")) for data in said]

    def test_g5_pulses_of_many_requests_become_one_posting(self):
        for second in range(30):
            self.given_at(second, self.pulse(second))
        before = self.told()

        done = self.pass_to(30)
        self.run_all()

        self.assertEqual((before, self.told(), done), ([], [30], 1))
        self.assertEqual(self.totals(), [30, 0])
        self.assertEqual(self.windows().event_count, 30)
        self.assertEqual(sum(self.windows().range_ids.mapped("event_count")), 30)
        self.assert_proven()

    def test_g5_what_gathers_is_proven_before_it_is_posted(self):
        self.given_at(0, self.pulse(1))
        self.given_at(1, self.pulse(2))

        self.assertEqual(self.windows()._contradictions(), [])
        self.assertEqual(self.windows()._kept(), (1, 2, 0))

    def test_g5_next_window_begins_behind_the_one_that_was_told(self):
        self.given_at(0, self.pulse(1))
        self.given_at(40, self.pulse(2))
        self.given_at(50, self.pulse(3))
        self.pass_to(90)

        self.assertEqual(self.told(), [2, 1])
        self.assertEqual(self.windows()._contradictions(), [])

    def test_g5_state_change_ends_it_and_comes_behind_it(self):
        self.given_at(0, self.pulse(1))
        self.given_at(1, self.pulse(2), state("s1", "Aborted"), self.pulse(3))
        at_once = self.told()
        self.given_at(2, self.pulse(4))
        self.given_at(3, state("s2", "Execute"))

        self.assertEqual(at_once, [2, "Aborted"])
        self.assertEqual(self.told(), [2, "Aborted", 2, "Execute"])

    def test_g5_another_machine_s_state_ends_nothing(self):
        self.given_at(0, self.pulse(1))
        self.given_at(1, state("s1", "Aborted", equipment="ANOTHER"))
        self.given_at(2, self.pulse(2))
        self.pass_to(30)

        self.assertEqual(self.told(), ["Aborted", 2])

    def test_g5_orders_gather_apart(self):
        self.given_at(0, self.pulse(1), self.pulse(2, job_order=self.other.name))
        self.given_at(1, self.pulse(3), self.pulse(4, job_order=self.other.name))
        self.pass_to(30)
        self.run_all()

        self.assertEqual(self.told(), [2, 2])
        self.assertEqual(self.totals(), [2, 2])

    def test_g5_what_was_sent_afterwards_gathers_apart(self):
        self.given_at(0, self.pulse(1), {**self.pulse(2), "historical": True})
        self.given_at(1, self.pulse(3), {**self.pulse(4), "historical": True})
        self.pass_to(30)

        self.assertEqual(sorted(self.windows().mapped("historical")), [False, True])
        self.assertEqual(self.told(), [2, 2])

    def test_g5_count_that_names_no_order_is_told_at_once(self):
        self.given_at(0, count("c1", 3))

        self.assertEqual(self.told(), [3])

    def test_g5_what_is_scanned_gathers_for_its_order(self):
        scan = at(envelope("scan", CONTEXT, job_order=self.order.name), 0)
        self.given_at(0, scan)
        self.given_at(1, at(count("c1", 3), 1))
        self.given_at(2, at(count("c2", 4), 2))
        self.pass_to(40)
        self.run_all()

        self.assertEqual(self.told(), [7])
        self.assertEqual(self.totals(), [7, 0])

    def test_g5_scan_that_comes_late_takes_from_what_gathers(self):
        first = at(envelope("scan-1", CONTEXT, job_order=self.order.name), 0)
        late = at(envelope("scan-2", CONTEXT, job_order=self.other.name), 2)
        self.given_at(0, first)
        self.given_at(3, at(count("c1", 3), 1), at(count("c2", 4), 3))
        self.given_at(4, late)
        corrected_before = "mfg.machine.count.corrected.v1" in self.inbox().mapped(
            "event_type"
        )
        self.pass_to(60)
        self.run_all()

        self.assertFalse(corrected_before)
        self.assertEqual(self.totals(), [3, 4])
        self.assert_proven()

    def test_g9_counter_s_readings_gather_too(self):
        job = {"job_order": self.order.name}
        for second in range(6):
            reading = counter(f"r{second}", 100 + second, second, **job)
            self.given_at(second, reading)
        self.pass_to(31)
        self.run_all()

        self.assertEqual(self.told(), [5])
        self.assertEqual(self.totals(), [5, 0])
        self.assert_proven()

    def test_g5_orders_that_are_finished_together_wait_together(self):
        third = self._order(5)
        self.given_at(0, self.pulse(1), self.pulse(2, job_order=self.other.name))
        self.given_at(1, self.pulse(3, job_order=self.other.name))

        with freeze_time(BEGIN + timedelta(seconds=2)):
            found = self.env["mfg.edge.window"]._gathering_for(
                self.order | self.other | third
            )

        good = {order: windows.good_quantity for order, windows in found.items()}
        self.assertEqual(good, {self.order: 1, self.other: 2})

    def test_g5_without_gathering_each_request_is_told(self):
        self.given_gathering(0)
        self.given_at(0, self.pulse(1))
        self.given_at(1, self.pulse(2))

        self.assertEqual(self.told(), [1, 1])

    def test_g5_what_gathered_before_it_was_switched_off_is_told_in_time(self):
        self.given_at(0, self.pulse(1))
        self.given_gathering(0)
        self.given_at(1, self.pulse(2))
        self.pass_to(30)

        self.assertEqual(self.told(), [2])

    def test_a24_sender_reads_that_its_count_was_captured_until_it_is_posted(self):
        self.given_at(0, self.pulse(1))
        captured = self.progress("pulse-1")
        self.pass_to(30)
        told = self.progress("pulse-1")

        self.assertEqual(captured["state"], "captured")
        self.assertNotIn("window", captured)
        self.assertEqual(told["window"], self.inbox().uuid)
        self.assertEqual(told["state"], "received")

    def progress(self, event_id):
        _connector, found = self.env["mfg.connector"]._find_progress(
            self.uuid_of(event_id)
        )
        return found


class TestGatheringWakes(CommittedMachineCase):
    """The job comes back when the time is up, and an order waits for its counts."""

    def setUp(self):
        super().setUp()
        self.order_id, self.order_name = self.commit(self._create_order)
        self.addCleanup(self.commit, self._cancel_order)

    def _create_order(self, env):
        product = env["product.product"].create({"name": "Pin"})
        order = env["mrp.production"].create(
            {
                "product_id": product.id,
                "product_qty": 5,
                "workorder_ids": [
                    Command.create(
                        {
                            "name": "Press",
                            "workcenter_id": self.workcenter_id,
                            "product_uom_id": product.uom_id.id,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        return order.id, order.name

    def _cancel_order(self, env):
        env["mrp.production"].browse(self.order_id).action_cancel()

    def until(self):
        ((moment,),) = self.sql(
            "SELECT gathers_until FROM mfg_edge_window WHERE connector_id = %s",
            self.connector_id,
        )
        return moment

    def connector(self, env):
        return env["mfg.connector"].browse(self.connector_id)

    def test_g5_job_comes_back_when_it_has_gathered(self):
        self.given_counts(count("c1", 3, job_order=self.order_name))

        next_at = self.commit(lambda env: self.connector(env)._next_due_at())
        backlog = self.commit(lambda env: self.connector(env)._backlog_since())
        with freeze_time(self.until() + timedelta(seconds=5)):
            late = self.commit(lambda env: self.connector(env)._backlog_since())

        self.assertEqual(next_at, self.until())
        self.assertIsNone(backlog)
        self.assertEqual(datetime.utcfromtimestamp(late), self.until())

    def test_g5_order_is_not_finished_over_counts_that_gather(self):
        self.given_counts(count("c1", 3, 1, job_order=self.order_name))

        with self.assertRaisesRegex(UserError, "3 good and 1 scrap") as raised:
            self.commit(lambda env: self.order(env).button_mark_done())
        self.commit(lambda env: self.order(env)._mfg_await_gathered())

        self.assertIsInstance(raised.exception.__cause__, MissingReferenceError)
        self.assertLessEqual(self.until(), datetime.utcnow())

    def order(self, env):
        return env["mrp.production"].browse(self.order_id)
