from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..models.mfg_sweeper import MfgSweeper
from ..models.mfg_sweeper_watch import RUNNER, TROUBLE
from ..protocols import sweep
from .committed_case import CommittedCase


@tagged("post_install", "-at_install")
class TestSweeperWatch(CommittedCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.forget)
        self.forget()

    def forget(self):
        """No heart has beaten yet, and no job of an earlier test waits for a runner."""
        self.sql("DELETE FROM mfg_heartbeat WHERE name IN %s", (RUNNER, TROUBLE))
        self.sql("DELETE FROM queue_job WHERE channel = 'root.mfg'")

    def given_lock(self, is_held):
        return patch.object(MfgSweeper, "_runner_holds_lock", return_value=is_held)

    def sweep_while(self, runner_holds_lock):
        with self.given_lock(runner_holds_lock):
            self.commit(lambda env: env["mfg.sweeper"]._cron_sweep())

    def notes(self, kind):
        ((count,),) = self.sql(
            "SELECT count(*) FROM mfg_hub_note WHERE kind = %s", kind
        )
        return count

    def status(self, runner_holds_lock=True):
        with self.given_lock(runner_holds_lock):
            return self.commit(lambda env: env["mfg.sweeper"]._runner_status())

    def given_proof_asked_for(self, seconds_ago):
        self.sweep_while(runner_holds_lock=True)
        self.sql(
            """
            UPDATE queue_job SET date_created = date_created
                   - make_interval(secs => %s)
             WHERE identity_key = 'mfg-runner-proof'
            """,
            seconds_ago,
        )

    def test_l4_trouble_is_noted_once_and_so_is_its_end(self):
        troubles, recoveries = self.notes("trouble"), self.notes("recovered")

        for holds_lock in (False, False, True, True):
            self.sweep_while(holds_lock)

        self.assertEqual(self.notes("trouble"), troubles + 1)
        self.assertEqual(self.notes("recovered"), recoveries + 1)

    def test_l4_runner_that_does_not_start_its_proof_is_deaf(self):
        self.given_proof_asked_for(seconds_ago=40)

        is_alive, text = self.status(runner_holds_lock=True)

        self.assertFalse(is_alive)
        self.assertIn("the sweeper does its work", text)

    def test_l4_work_is_asked_of_a_deaf_runner_and_of_the_sweeper(self):
        self.given_proof_asked_for(seconds_ago=40)
        self.sweep_while(runner_holds_lock=True)
        self.sql("DELETE FROM ir_cron_trigger")

        with self.given_lock(True):
            self.commit(
                lambda env: env["mfg.connector"].browse(self.connector_id)._wake_now()
            )

        key = f"mfg-drain-{self.connector_id}-0"
        jobs = self.sql("SELECT 1 FROM queue_job WHERE identity_key = %s", key)
        self.assertEqual(len(jobs), 1)
        self.assertTrue(self.sql("SELECT 1 FROM ir_cron_trigger"))

    def test_l4_runner_that_runs_its_proof_is_out_of_trouble_at_once(self):
        self.given_proof_asked_for(seconds_ago=40)
        self.sweep_while(runner_holds_lock=True)
        recoveries = self.notes("recovered")

        self.commit(lambda env: env["mfg.sweeper"]._prove_runner())

        self.assertEqual(self.notes("recovered"), recoveries + 1)
        with self.given_lock(True):
            is_alive = self.commit(lambda env: env["mfg.sweeper"]._runner_is_alive())
        self.assertTrue(is_alive)

    def test_l4_dead_since_is_when_the_runner_last_ran_a_job(self):
        self.commit(lambda env: env["mfg.sweeper"]._prove_runner())
        self.sql(
            "UPDATE mfg_heartbeat SET beat_at = beat_at - interval '5 minutes'"
            " WHERE name = %s",
            RUNNER,
        )

        self.sweep_while(runner_holds_lock=False)

        since = self.commit(lambda env: env["mfg.sweeper"]._last_beat(TROUBLE))
        self.assertLess(since, fields.Datetime.now() - timedelta(minutes=4))

    def test_l4_screens_say_that_nothing_moves_when_the_sweeper_is_silent_too(self):
        self.sweep_while(runner_holds_lock=False)
        self.sql(
            "UPDATE mfg_heartbeat SET beat_at = beat_at - interval '1 hour'"
            " WHERE name = 'sweeper'"
        )

        is_alive, text = self.status(runner_holds_lock=False)

        self.assertFalse(is_alive)
        self.assertIn("nothing is exchanged", text)

    def test_l4_sweeper_says_what_it_repaired(self):
        action = sweep.ReleaseExpired(self.connector_id)

        self.commit(lambda env: env["mfg.sweeper"]._act(action))

        notes = self.sql(
            "SELECT kind, text FROM mfg_hub_note WHERE connector_id = %s",
            self.connector_id,
        )
        self.assertEqual([kind for kind, _text in notes], ["repaired"])
        self.assertIn("A worker was lost", notes[0][1])
