"""Real transactions side by side: what no test inside one transaction can show."""

import threading
from contextlib import contextmanager
from datetime import datetime, timedelta

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged

from odoo.addons.mfg_integration_core.unit_of_work import (
    read_committed,
    run_in_transaction,
)

from .. import event_partitions
from ..event_rows import ITEM_BITS
from .common import count, state, store

NAME = "assembly-edge-races"


@tagged("post_install", "-at_install")
class TestStoreConcurrency(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            connector = env["mfg.connector"].create({"name": NAME, "code": NAME})
            cls.connector_id = connector.id
        cls.addClassCleanup(cls.forget_everything)

    @classmethod
    def forget_everything(cls):
        with cls.registry.cursor() as cr:
            for table in ("mfg_edge_event", "mfg_inbox_event"):
                cr.execute(
                    f"DELETE FROM {table} WHERE connector_id = %s", (cls.connector_id,)
                )
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["mfg.connector"].browse(cls.connector_id).unlink()

    def setUp(self):
        super().setUp()
        self.addCleanup(self.forget_events)

    def forget_events(self):
        with self.registry.cursor() as cr:
            cr.execute(
                """
                DELETE FROM mfg_edge_event_digest
                 WHERE event_row_id >> %s IN (SELECT id FROM mfg_edge_batch
                                               WHERE connector_id = %s)
                """,
                (ITEM_BITS, self.connector_id),
            )
            for table in (
                "mfg_edge_event",
                "mfg_edge_batch",
                "mfg_edge_window",
                "mfg_edge_series",
                "mfg_edge_context",
                "mfg_inbox_event",
            ):
                cr.execute(
                    f"DELETE FROM {table} WHERE connector_id = %s", (self.connector_id,)
                )

    # ------------------------------------------------------------------- scene

    @contextmanager
    def request(self):
        """The cursor of one request at the door."""
        with read_committed(self.registry) as cr:
            yield cr

    def store(self, cr, *envelopes, received_at=None):
        return store(cr, self.connector_id, envelopes, received_at)

    def at_once(self, *works):
        """Run the works in threads that start together; their results in order."""
        barrier = threading.Barrier(len(works))
        results = [None] * len(works)

        def run(index, work):
            barrier.wait(timeout=10)
            results[index] = work()

        threads = [
            threading.Thread(target=run, args=(index, work))
            for index, work in enumerate(works)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        return results

    def aggregate(self):
        def work(env):
            connector = env["mfg.connector"].browse(self.connector_id)
            return env["mfg.edge.batch"]._aggregate(connector)

        return run_in_transaction(self.registry, work, uid=SUPERUSER_ID)

    def drop_day(self, day):
        with self.registry.cursor() as cr:
            event_partitions.drop(cr, day)

    def query(self, sql):
        with self.registry.cursor() as cr:
            cr.execute(sql, (self.connector_id,))
            return cr.fetchall()

    # ------------------------------------------------------------------- tests

    def test_h1_a_request_reads_and_writes_nothing_of_odoos_business(self):
        with self.request() as cr:
            # What the connection did before may still be among it.
            before = self.accesses(cr)
            self.store(cr, *(count(f"c{number}", 1) for number in range(100)))
            accesses = self.accesses(cr)

        touched = {name for name in accesses if accesses[name] != before.get(name)}
        today = event_partitions.name_of(datetime.utcnow().date())
        own = {"mfg_edge_batch", "mfg_edge_event_digest", today}
        # Its connector is looked up by a foreign key.
        self.assertLessEqual(touched, own | {"mfg_connector"})
        self.assertLessEqual(own, touched)

    def accesses(self, cr):
        """How often each table was read or written on this connection."""
        cr.execute(
            """
            SELECT relname, seq_scan + COALESCE(idx_scan, 0)
                            + n_tup_ins + n_tup_upd + n_tup_del
              FROM pg_stat_xact_user_tables
            """
        )
        return dict(cr.fetchall())

    def test_one_batch_sent_twice_at_once_is_stored_once(self):
        envelopes = [count(f"c{number}", 1) for number in range(200)]

        def send(events):
            with self.request() as cr:
                return self.store(cr, *events)

        one, other = self.at_once(
            lambda: send(envelopes), lambda: send(list(reversed(envelopes)))
        )

        for first, second in zip(one, reversed(other), strict=True):
            self.assertEqual({first, second}, {"accepted", "duplicate"})
        stored = self.query(
            "SELECT count(*), count(DISTINCT uuid) FROM mfg_edge_event"
            " WHERE connector_id = %s"
        )
        self.assertEqual(stored, [(200, 200)])

    def test_a_repeat_waits_for_the_first_and_answers_what_became_of_it(self):
        answers = []
        with self.request() as slow:
            self.store(slow, count("c1", 1))

            def repeat():
                with self.request() as cr:
                    answers.extend(self.store(cr, count("c1", 1), count("c2", 1)))

            thread = threading.Thread(target=repeat)
            thread.start()
            thread.join(timeout=0.5)
            self.assertTrue(thread.is_alive(), "it must not answer before the commit")
        thread.join(timeout=10)

        self.assertEqual(answers, ["duplicate", "accepted"])

    def test_a_repeat_of_a_request_that_failed_is_accepted(self):
        with self.assertRaises(ZeroDivisionError), self.request() as cr:
            self.store(cr, count("c1", 1))
            raise ZeroDivisionError

        with self.request() as cr:
            statuses = self.store(cr, count("c1", 1))

        self.assertEqual(statuses, ["accepted"])

    def test_a_batch_that_commits_late_is_aggregated_behind_the_quick_one(self):
        with self.request() as slow:
            self.store(slow, count("slow", 1))
            with self.request() as quick:
                self.store(quick, state("quick", "Held"))
            self.assertEqual(self.aggregate(), 1)
        self.assertEqual(self.aggregate(), 1)

        positions = self.query(
            "SELECT event.event_id, batch.position FROM mfg_edge_event event"
            " JOIN mfg_edge_batch batch ON batch.id = event.batch_id"
            " WHERE event.connector_id = %s ORDER BY batch.position"
        )
        self.assertEqual(positions, [("quick", 1), ("slow", 2)])
        inbox = self.query(
            "SELECT event_type FROM mfg_inbox_event WHERE connector_id = %s ORDER BY id"
        )
        self.assertEqual(inbox, [("mfg.machine.state.v1",), ("mfg.machine.count.v1",)])

    def test_two_aggregators_at_once_count_everything_once(self):
        for number in range(20):
            with self.request() as cr:
                self.store(cr, count(f"c{number}", 1))

        self.at_once(self.aggregate, self.aggregate)
        self.aggregate()

        totals = self.query(
            "SELECT sum(good_quantity)::int, sum(event_count)::int"
            "  FROM mfg_edge_window WHERE connector_id = %s"
        )
        self.assertEqual(totals, [(20, 20)])

    def test_requests_of_a_new_day_make_its_partition_once(self):
        someday = datetime(2033, 1, 1) + timedelta(hours=1)
        self.addCleanup(self.drop_day, someday.date())

        def send(event_id):
            with self.request() as cr:
                return self.store(cr, count(event_id, 1), received_at=someday)

        results = self.at_once(*(lambda n=n: send(f"c{n}") for n in range(4)))

        self.assertEqual(results, [["accepted"]] * 4)

    def test_a_day_that_is_being_read_is_not_dropped_and_nobody_waits_for_it(self):
        someday = datetime(2033, 3, 1)
        with self.request() as cr:
            self.store(cr, count("c1", 1), received_at=someday)
        self.addCleanup(self.drop_day, someday.date())

        with self.registry.cursor() as reader:
            reader.execute("SELECT count(*) FROM mfg_edge_event")
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                env["mfg.edge.event"]._drop_day(someday.date())
                self.assertIn(someday.date(), event_partitions.days(cr))

    def test_a_day_is_made_while_another_day_is_written(self):
        someday = datetime(2033, 2, 1).date()
        with self.request() as writer:
            self.store(writer, count("c1", 1))

            with self.registry.cursor() as maker:
                maker.execute("SET LOCAL lock_timeout = '2s'")
                made = event_partitions.ensure(maker, someday)
                maker.rollback()

        self.assertTrue(made)
