import threading
import time
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged

from ..models.mfg_sweeper import MfgSweeper
from ..unit_of_work import read_committed
from .committed_case import CommittedCase


@tagged("post_install", "-at_install")
class TestLane(CommittedCase):
    def claim(self, token, seconds=60):
        """Id of a lane that a worker with this token leased, or None."""
        with read_committed(self.registry) as cr:
            lanes = api.Environment(cr, SUPERUSER_ID, {})["mfg.lane"]
            lanes._adopt(cr, self.connector_id, "in")
            claimed = lanes._claim(cr, self.connector_id, "in", token, seconds, 1)
            return claimed[0] if claimed else None

    def test_a_leased_lane_is_nobody_elses(self):
        self.given_events(self.event(1))

        first, second = self.claim("one"), self.claim("two")

        self.assertTrue(first)
        self.assertIsNone(second)

    def test_an_expired_lease_is_free_again(self):
        self.given_events(self.event(1))

        first, second = self.claim("one", seconds=-1), self.claim("two")

        self.assertEqual(first, second)

    def test_many_workers_at_once_lease_each_lane_once(self):
        for lane in range(5):
            self.given_events(self.event(lane, subject=f"ORDER-{lane}"))
        self.claim("adopt", seconds=-1)

        with ThreadPoolExecutor(10) as workers:
            claimed = list(workers.map(self.claim, [f"worker-{n}" for n in range(10)]))

        leased = [lane for lane in claimed if lane]
        self.assertEqual(len(leased), len(set(leased)))

    def plan_of(self, work):
        """How PostgreSQL runs the last statement of ``work(env)`` in a full table."""
        with self.registry.cursor() as cr:
            work(api.Environment(cr, SUPERUSER_ID, {}))
            query = cr._obj.query.decode()
            # What it would do if there were millions of rows.
            cr.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
            cr.execute(f"EXPLAIN {query}")
            plan = "\n".join(line for (line,) in cr.fetchall())
            cr.rollback()
        return plan

    def test_lanes_are_read_by_an_index_as_small_as_the_backlog(self):
        for direction, table in (
            ("in", "mfg_inbox_event"),
            ("out", "mfg_outbox_message"),
        ):
            for statement in ("_number", "_heads"):
                plan = self.plan_of(
                    lambda env, statement=statement, direction=direction: getattr(
                        env["mfg.lane"], statement
                    )(env.cr, [0], direction)
                )

                self.assertIn(f"{table}_lane_index", plan)

    def test_claims_and_superseding_read_nothing_but_that_index(self):
        """An index of states alone would hold every version of every message."""
        plans = [
            self.plan_of(
                lambda env, direction=direction: env["mfg.lane"]._claim(
                    env.cr, self.connector_id, direction, "a token", 60, 16
                )
            )
            for direction in ("in", "out")
        ]
        plans.append(
            self.plan_of(lambda env: env["mfg.outbox.message"]._supersede(env.cr, [0]))
        )

        for plan in plans:
            self.assertIn("_lane_index", plan)
            self.assertNotIn("state_index", plan)

    def test_rows_in_an_unusual_state_are_found_among_millions(self):
        for model, state in (
            ("mfg.outbox.message", "expired"),
            ("mfg.inbox.event", "ignored"),
        ):
            plan = self.plan_of(
                lambda env, model=model, state=state: env[model].search_count(
                    [("state", "=", state)]
                )
            )

            self.assertIn("unusual_index", plan)

    def test_first_page_of_the_log_is_merged_from_two_indexes(self):
        plan = self.plan_of(
            lambda env: env["mfg.integration.log"].search([], limit=80)._ids
        )

        self.assertIn("Merge Append", plan)
        for table in ("mfg_inbox_event", "mfg_outbox_message"):
            self.assertIn(f"{table}_log_index", plan)

    def test_a6_parallel_drains_keep_the_order_of_each_lane(self):
        lanes = [f"ORDER-{lane}" for lane in range(4)]
        for number in range(6):
            self.given_events(*[self.event(number, subject=key) for key in lanes])

        with ThreadPoolExecutor(3) as workers:
            list(workers.map(lambda _n: self.drain(), range(3)))
        self.drain()

        for key in lanes:
            self.assertEqual(self.effects(key), list(range(6)))

    def test_a7_a_drain_with_more_lanes_than_it_takes_at_once_calls_for_help(self):
        self.given_events(*[self.event(n, subject=f"ORDER-{n}") for n in range(9)])

        with patch.object(MfgSweeper, "_runner_holds_lock", return_value=True):
            self.drain()

        key = f"mfg-drain-{self.connector_id}-1"
        helpers = self.sql("SELECT 1 FROM queue_job WHERE identity_key = %s", key)
        self.assertEqual(len(helpers), 1)

    def test_a6_a_row_that_commits_late_comes_after_those_numbered_before(self):
        # Two transactions draw ids 1 and 2; the one with id 2 commits first.
        early_open, may_commit = threading.Event(), threading.Event()

        def commit_late():
            def accept(env):
                connector = env["mfg.connector"].browse(self.connector_id)
                env["mfg.inbox.event"]._accept_internal(connector, [self.event(1)])
                early_open.set()
                may_commit.wait(30)

            self.commit(accept)

        with ThreadPoolExecutor(1) as pool:
            late = pool.submit(commit_late)
            early_open.wait(30)
            self.given_events(self.event(2))
            self.drain()
            may_commit.set()
            late.result(30)
        self.drain()

        self.assertEqual(self.effects(), [2, 1])
        sequences = self.sql(
            "SELECT lane_sequence FROM mfg_inbox_event WHERE connector_id = %s"
            " ORDER BY id",
            self.connector_id,
        )
        self.assertEqual(sequences, [(2,), (1,)])

    def test_a_result_under_a_lost_lease_is_dropped(self):
        self.given_events(self.event(1))

        def work_after_a_theft(env):
            worker, lease, task = self.begin(env)
            self.sql(
                "UPDATE mfg_lane SET lease_token = 'thief' WHERE id = %s", task.lane_id
            )
            env["mfg.inbox.event"]._work(worker, lease, task)

        self.commit(work_after_a_theft)

        self.assertEqual(self.states(), ["processing"])
        self.assertEqual(self.effects(), [])

    def test_a1_what_a_lost_worker_began_is_recovered(self):
        self.given_events(self.event(1))

        def die(env):
            _worker, _lease, task = self.begin(env)
            self.given_lost_worker(lane_id=task.lane_id)

        self.commit(die)
        self.assertEqual(self.states(), ["processing"])
        self.drain()

        self.assertEqual(self.states(), ["processed"])
        self.assertEqual(self.effects(), [1])
        outcomes = self.sql(
            """
            SELECT attempt.outcome FROM mfg_delivery_attempt attempt
              JOIN mfg_inbox_event event ON event.id = attempt.event_id
             WHERE event.connector_id = %s ORDER BY attempt.id
            """,
            self.connector_id,
        )
        self.assertEqual(outcomes, [("abandoned",), ("succeeded",)])

    def test_no_row_lock_is_held_while_a_lane_is_worked_on(self):
        self.given_events(self.event(1))

        def work(env):
            _worker, _lease, task = self.begin(env)
            # Would wait for a lock that the worker still held, and time out.
            self.sql(
                "SELECT 1 FROM mfg_lane WHERE id = %s FOR UPDATE NOWAIT", task.lane_id
            )

        self.commit(work)

        self.assertEqual(self.states(), ["processing"])


@tagged("post_install", "-at_install")
class TestSweeper(CommittedCase):
    def test_a1_without_a_runner_the_sweeper_does_the_work(self):
        self.given_events(self.event(1))

        self.commit(lambda env: env["mfg.sweeper"]._cron_sweep())

        self.assertEqual(self.states(), ["processed"])

    def test_the_sweeper_leaves_a_heartbeat(self):
        before = time.time()

        self.commit(lambda env: env["mfg.sweeper"]._cron_sweep())

        ((beat,),) = self.sql(
            "SELECT extract(epoch FROM beat_at AT TIME ZONE 'UTC')::float"
            " FROM mfg_heartbeat WHERE name = 'sweeper'"
        )
        self.assertGreaterEqual(beat, before - 1)

    def test_a_paused_connector_keeps_its_events(self):
        self.given_events(self.event(1))
        self.commit(
            lambda env: env["mfg.connector"].browse(self.connector_id).action_pause()
        )

        self.drain()
        self.assertEqual(self.states(), ["received"])
        self.commit(
            lambda env: env["mfg.connector"].browse(self.connector_id).action_resume()
        )
        self.drain()

        self.assertEqual(self.states(), ["processed"])

    def test_wakes_while_a_job_waits_make_no_second_job(self):
        def wake_twice(env):
            connector = env["mfg.connector"].browse(self.connector_id)
            connector._enqueue_drain(0)
            connector._enqueue_drain(0)

        self.commit(wake_twice)

        ((count,),) = self.sql(
            "SELECT count(*) FROM queue_job WHERE identity_key = %s",
            f"mfg-drain-{self.connector_id}-0",
        )
        self.assertEqual(count, 1)
