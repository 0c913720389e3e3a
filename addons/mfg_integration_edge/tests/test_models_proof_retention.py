"""What can be proven, and what is left alone, once machine events are not kept."""

from datetime import datetime, timedelta

from ..models import mfg_edge_retention
from ..protocols.machine_events import CONTEXT
from .common import count, envelope, store
from .test_models_counters import CountersCase, at, counter


def ago(days):
    return datetime.utcnow() - timedelta(days=days)


class ProofRetentionCase(CountersCase):
    def setUp(self):
        super().setUp()
        # Batches of tests that commit have lower numbers, and came later.
        self.env.cr.execute("TRUNCATE mfg_edge_batch, mfg_edge_reading")

    def given_on(self, days, *events):
        """A request of so many days ago, and what became of it then."""
        self.given_batch(*events, received_at=ago(days))
        self.run_all()

    def retain(self, run=None):
        """What the cron does, in this transaction instead of many of its own."""
        self.env.flush_all()
        self.env["mfg.edge.event"]._retain(run or (lambda work: work(self.env)))
        self.env.invalidate_all()

    def prove(self, records):
        action = (
            records.action_mfg_prove_counts()
            if records._name == "mrp.production"
            else records.action_prove()
        )
        return self.env["mfg.edge.proof"].browse(action["res_id"])

    def values(self):
        """What the counter showed in the readings that are kept."""
        self.env.cr.execute("SELECT value::int FROM mfg_edge_reading ORDER BY value")
        return [value for (value,) in self.env.cr.fetchall()]


class TestProofRetention(ProofRetentionCase):
    def given_forgotten_readings(self):
        job = {"job_order": self.order.name}
        self.given_on(
            100, counter("a", 10, 0, "1-1", **job), counter("b", 20, 1, "1-2", **job)
        )
        self.given_on(99, counter("c", 30, 2, "1-3", **job))
        self.given_on(31, counter("d", 33, 3, "1-4", **job))
        self.given_on(1, counter("e", 34, 4, "1-5", **job))
        self.retain()

    def test_g9_readings_that_are_forgotten_contradict_nothing(self):
        self.given_forgotten_readings()

        self.assertEqual(self.values(), [30, 33, 34])
        self.assertEqual(self.order.mfg_good_quantity, 24)
        self.assertEqual(self.windows()._contradictions(), [])
        verdicts = [self.prove(window).verdict for window in self.windows()]
        self.assertEqual(verdicts, ["unknown", "unknown", "proven", "proven"])
        proof = self.prove(self.order)
        self.assertEqual(proof.verdict, "proven")
        self.assertIn("Of 2 postings the machine events are not kept", proof.text)

    def test_g9_readings_that_came_last_in_a_long_silence_contradict_nothing(self):
        job = {"job_order": self.order.name}
        self.given_on(100, counter("a", 10, 0, **job), counter("b", 20, 1, **job))

        self.retain()

        self.assertEqual(self.windows()._contradictions(), [])

    def test_g9_late_reading_changes_nothing_that_nobody_can_compute_again(self):
        self.given_forgotten_readings()

        self.given(counter("late", 15, 1, "1-1", job_order=self.order.name))
        self.given(counter("f", 35, 5, "1-6", job_order=self.order.name))

        self.assertEqual(self.order.mfg_good_quantity, 25)
        self.assertEqual(self.windows()._contradictions(), [])

    def test_g9_reading_that_differs_is_found_after_others_were_forgotten(self):
        self.given_forgotten_readings()
        self.env.cr.execute("UPDATE mfg_edge_reading SET value = 32 WHERE value = 33")

        self.assertEqual(self.prove(self.windows()).verdict, "differs")

    def test_g5_posting_whose_machine_events_are_gone_is_not_provable(self):
        job = {"job_order": self.order.name}
        self.given_on(31, count("a", 3, **job))
        self.given_on(1, count("b", 4, **job))
        self.retain()

        old, new = self.windows()

        self.assertEqual(self.prove(old).verdict, "unknown")
        self.assertIn("not kept any more", self.prove(old).text)
        both = self.prove(old | new)
        self.assertEqual(both.verdict, "proven")
        self.assertIn("The 1 machine events", both.text)
        self.assertIn("taken at their word", both.text)

    def test_g5_order_whose_machine_events_are_all_gone_is_not_provable(self):
        self.given_on(31, count("a", 3, job_order=self.order.name))
        self.retain()

        proof = self.prove(self.order)

        self.assertEqual(proof.verdict, "unknown")
        self.assertIn("3 good", proof.text)

    def test_g5_day_that_a_paused_connector_keeps_makes_no_other_day_kept(self):
        paused = self.connector.copy({"code": "paused-edge-test"})
        store(self.env.cr, paused.id, [count("p", 1)], ago(40))
        self.given_on(31, count("a", 3, job_order=self.order.name))
        self.retain()

        self.assertEqual(self.windows()._contradictions(), [])
        self.assertEqual(self.prove(self.windows()).verdict, "unknown")


class TestReadingsRetention(ProofRetentionCase):
    def scan(self, event_id, seconds, order, **more):
        said = envelope(event_id, CONTEXT, barcode=order.name)
        return {**at(said, seconds), **more}

    def given_kept_reading(self, **more):
        """Of the readings one is kept, that of 30."""
        self.given_on(100, self.scan("s", 0, self.order))
        self.given_on(
            99, counter("a", 10, 1, "2-1"), counter("b", 20, 2, "2-2", **more)
        )
        self.given_on(98, counter("c", 30, 3, "2-3", **more))
        self.given_on(1, counter("d", 33, 4, "2-4", **more))
        self.retain()

    def test_g9_scan_with_a_clock_that_began_anew_takes_nothing_back(self):
        self.given_kept_reading()

        self.given(
            self.scan("old", 0, self.other, source="/x", time="2000-01-01T00:00:00Z")
        )

        self.assertEqual(self.values(), [30, 33])
        self.assertEqual(self.totals(), [23, 0])

    def test_g9_scan_with_numbers_that_began_anew_takes_nothing_back(self):
        self.given_kept_reading()

        self.given(self.scan("old", 0, self.other, sequence="0-1"))

        self.assertEqual(sum(self.totals()), 23)

    def test_h1_readings_are_forgotten_in_chunks(self):
        self.patch(mfg_edge_retention, "CHUNK_ROWS", 2)
        job = {"job_order": self.order.name}
        self.given_on(100, *(counter(f"r{n}", n, n, f"1-{n}", **job) for n in range(7)))
        self.given_on(1, counter("new", 9, 9, "1-9", **job))
        chunks = []

        def run(work):
            chunks.append(len(self.values()))
            return work(self.env)

        self.retain(run)

        self.assertEqual(self.values(), [6, 9])
        self.assertTrue({8, 6, 4, 2} <= set(chunks), chunks)

    def test_g9_what_a_new_reading_came_behind_is_kept_for_each_of_them(self):
        job = {"job_order": self.order.name}
        self.given_on(
            100, *(counter(f"r{n}", n, n, f"1-{n}", **job) for n in (1, 5, 9))
        )
        self.given_on(1, counter("late", 3, 3, "1-3", **job))
        self.given_on(1, counter("new", 12, 12, "1-12", **job))
        self.retain()

        self.assertEqual(self.values(), [1, 3, 9, 12])
        self.assertEqual(self.windows()._contradictions(), [])
