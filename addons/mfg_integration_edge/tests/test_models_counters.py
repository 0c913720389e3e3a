"""Counters and contexts against the real database: any arrival, the same totals."""

from datetime import datetime, timedelta
from decimal import Decimal

from odoo.tests import tagged

from ..protocols.machine_events import CONTEXT, COUNTER, CYCLE
from .common import EdgeCase, count, envelope, state

NOON = datetime(2026, 3, 2, 12)


def at(event, seconds, sequence=None):
    """The event so many seconds after noon, with its sender's number."""
    moment = NOON + timedelta(seconds=seconds)
    numbered = {"sequence": sequence} if sequence else {}
    return {**event, "time": f"{moment.isoformat()}Z", **numbered}


def counter(event_id, total, seconds, sequence=None, **data):
    """A reading of the counter of good units."""
    return at(envelope(event_id, COUNTER, good_total=total, **data), seconds, sequence)


@tagged("-at_install", "post_install")
class CountersCase(EdgeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._order(80)

    def run_all(self):
        """Aggregate, and handle what the inbox has, as the connector's user."""
        while self.aggregate():
            pass
        for event in self.inbox().filtered(lambda event: event.state == "received"):
            event.state = "processing"
            event.with_user(self.connector.user_id)._handle_as_user()
            if event.state == "processing":
                event.state = "processed"
        self.env.invalidate_all()

    def given(self, *events):
        self.given_batch(*events)
        self.run_all()

    def totals(self):
        return [self.order.mfg_good_quantity, self.other.mfg_good_quantity]

    def assert_proven(self):
        self.env.flush_all()
        self.assertEqual(self.windows()._contradictions(), [])
        for order in (self.order, self.other):
            action = order.action_mfg_prove_counts()
            proof = self.env["mfg.edge.proof"].browse(action["res_id"])
            self.assertIn(proof.verdict, ("proven", "unknown"), proof.text)


class TestCounters(CountersCase):
    def test_g9_first_reading_adds_nothing_and_the_next_their_difference(self):
        job = self.order.name
        self.given(counter("a", 65512, 0, job_order=job))
        self.given(counter("b", 65520, 1, job_order=job))

        self.assertEqual(self.totals(), [8, 0])
        self.assert_proven()

    def test_g9_reset_rollover_and_restart_neither_lose_nor_jump(self):
        job = {"job_order": self.order.name, "rollover_at": 65536}
        self.given(
            counter("a", 65512, 0, "1-1", **job),
            counter("b", 10, 1, "1-2", **job),
            counter("c", 3, 2, "2-1", **job),
            counter("d", 5, 3, "2-2", **job),
        )

        self.assertEqual(self.totals(), [34 + 3 + 2, 0])
        self.assert_proven()

    def test_g9_late_reading_moves_units_to_the_order_they_were_made_for(self):
        self.given(
            counter("a", 0, 0, "1-1", job_order=self.order.name),
            counter("c", 30, 2, "1-3", job_order=self.other.name),
        )
        before = self.totals()

        self.given(counter("b", 10, 1, "1-2", job_order=self.order.name))

        self.assertEqual(before, [0, 30])
        self.assertEqual(self.totals(), [10, 20])
        corrections = self.windows().filtered("corrects_id")
        self.assertEqual(corrections.mapped("good_quantity"), [-10])
        self.assertEqual(corrections.production_id, self.other)
        self.assert_proven()

    def test_h5_late_reading_of_the_past_is_posted_apart_from_live_ones(self):
        job = {"job_order": self.order.name}
        self.given(counter("a", 0, 0, "1-1", **job), counter("d", 30, 3, "1-4", **job))

        self.given(
            {**counter("b", 10, 1, "1-2", **job), "historical": True},
            {**counter("c", 15, 2, "1-3", **job), "historical": True},
            counter("e", 31, 4, "1-5", **job),
        )

        self.assertEqual(self.totals(), [31, 0])
        said = [
            (window.historical, bool(window.corrects_id), window.good_quantity)
            for window in self.windows()
        ]
        self.assertEqual(
            sorted(said),
            [
                (False, False, 1),
                (False, False, 30),
                (False, True, -15),
                (True, False, 15),
            ],
        )
        self.assert_proven()

    def test_g9_good_and_scrap_are_counters_of_their_own(self):
        job = {"job_order": self.order.name}
        good = envelope("g", COUNTER, good_total=7, **job)
        self.given(
            at(envelope("a", COUNTER, good_total=5, scrap_total=1, **job), 0),
            at(good, 1),
            at(envelope("b", COUNTER, scrap_total=4, **job), 2),
        )

        self.assertEqual(self.order.mfg_good_quantity, 2)
        self.assertEqual(self.order.mfg_scrap_quantity, 3)
        self.assert_proven()

    def test_g9_reading_that_adds_nothing_posts_nothing(self):
        self.given(counter("a", 5, 0), counter("b", 5, 1), state("s", "Idle"))

        self.assertFalse(self.windows())
        _connector, progress = self.env["mfg.connector"]._find_progress(
            self.uuid_of("b")
        )
        self.assertEqual(progress["state"], "processed")

    def test_g9_correction_of_what_still_waits_is_posted_with_it(self):
        self.given_batch(
            counter("a", 0, 0, "1-1", job_order="WH/MO/LATER"),
            counter("c", 30, 2, "1-3", job_order="WH/MO/LATER"),
        )
        self.aggregate()
        self.given_batch(counter("b", 10, 1, "1-2", job_order=self.order.name))
        self.aggregate()

        self.other.name = "WH/MO/LATER"
        self.run_all()

        self.assertEqual(self.totals(), [10, 20])
        self.assert_proven()

    def test_g9_totals_are_exact_to_the_last_digit(self):
        job = {"job_order": self.order.name}
        self.given(
            counter("a", 0, 0, **job),
            counter("b", 54321.123456789, 1, **job),
            count("c", 0.1, **job),
            count("d", 0.2, **job),
        )

        self.env.cr.execute(
            "SELECT mfg_good_quantity::text FROM mrp_production WHERE id = %s",
            (self.order.id,),
        )
        [(total,)] = self.env.cr.fetchall()
        expected = Decimal(str(54321.123456789)) + Decimal("0.3")
        self.assertEqual(Decimal(total), expected)

    def test_g5_cycle_without_a_quantity_made_one(self):
        job = {"job_order": self.order.name}
        self.given(
            envelope("a", CYCLE, cycle_time_s=2, **job),
            envelope("b", CYCLE, cycle_time_s=2, good_quantity=4, **job),
            envelope("c", CYCLE, cycle_time_s=2, scrap_quantity=1, **job),
        )

        self.assertEqual(self.order.mfg_good_quantity, 5)
        self.assertEqual(self.order.mfg_scrap_quantity, 1)
        self.assert_proven()


class TestContexts(CountersCase):
    def scan(self, event_id, seconds, **data):
        return at(envelope(event_id, CONTEXT, **data), seconds)

    def test_g5_counts_without_an_order_are_for_what_was_scanned_before(self):
        self.given(
            self.scan("s1", 0, barcode=self.order.name),
            at(count("a", 3), 1),
            self.scan("s2", 2, job_order=self.other.name),
            at(count("b", 4), 3),
        )

        self.assertEqual(self.totals(), [3, 4])
        self.assert_proven()

    def test_g5_scan_that_comes_late_moves_what_was_counted_since(self):
        self.given(self.scan("s1", 0, barcode=self.order.name))
        self.given(at(count("a", 3), 1), at(count("b", 4), 3))
        before = self.totals()

        self.given(self.scan("s2", 2, barcode=self.other.name))

        self.assertEqual(before, [7, 0])
        self.assertEqual(self.totals(), [3, 4])
        self.assert_proven()

    def test_g5_lot_that_was_scanned_names_the_order_that_makes_it(self):
        lot = f"GB-{self.other.name}"
        self.given(self.scan("s", 0, barcode=lot), at(count("a", 3), 1))

        self.assertEqual(self.totals(), [0, 3])

    def test_g5_machine_without_any_order_counts_for_itself_and_keeps_no_state_waiting(
        self,
    ):
        (self.order | self.other).action_cancel()

        self.given(count("a", 3, 1), state("s", "Held"))

        self.assertEqual(self.inbox().mapped("state"), ["ignored", "processed"])
        self.assertEqual(self.windows().equipment_id, self.robot)
        self.assertFalse(self.windows().production_id)
        self.assertEqual(self.robot.mfg_packml_state, "Held")

    def test_g5_context_that_ended_holds_for_nothing(self):
        self.other.workorder_ids.button_start()
        self.given(
            self.scan("s1", 0, barcode=self.order.name),
            self.scan("s2", 2, ended=True),
            at(count("a", 3), 3),
        )

        self.assertEqual(self.totals(), [0, 3])


class TestOperations(CountersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.packing = cls.env["mrp.workcenter"].create({"name": "Packing"})
        cls.bom.write(
            {
                "operation_ids": [
                    (0, 0, {"name": "Pack", "workcenter_id": cls.packing.id})
                ]
            }
        )
        cls.order = cls._order(50)

    def test_g5_machine_without_a_machine_behind_it_counts_for_the_order(self):
        self.given(count("a", 3, job_order=self.order.name))

        assembly, pack = self.order.workorder_ids
        self.assertEqual(self.order.mfg_good_quantity, 3)
        self.assertEqual([assembly.mfg_good_quantity, pack.mfg_good_quantity], [3, 0])

    def test_g5_only_the_last_operation_counts_for_the_order(self):
        self.env["maintenance.equipment"].create(
            {"name": "Packer", "mfg_workcenter_id": self.packing.id}
        )
        name = self.order.name
        self.given(
            count("a", 9, job_order=name),
            count("b", 7, 1, job_order=name, operation="Pack"),
            count("c", 1, job_order=name, operation="Assembly"),
        )

        assembly, pack = self.order.workorder_ids
        self.assertEqual([assembly.mfg_good_quantity, pack.mfg_good_quantity], [10, 7])
        self.assertEqual(self.order.mfg_good_quantity, 7)
        self.assertEqual(self.order.mfg_scrap_quantity, 1)
        self.assertEqual(self.order.qty_producing, 7)
        self.assert_proven()
