from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..models.mfg_rule_step_core import MfgRuleStepCore
from ..unit_of_work import rehearse
from .committed_case import CommittedCase
from .rules_case import RulesScene

HOLD = {"kind": "hold", "target": "equipment", "reason_code": "manual", "text": "Rule"}
NOTIFY = {"kind": "notify", "text": "Held"}


@tagged("post_install", "-at_install")
class TestRuleRun(CommittedCase):
    """Runs across transactions: the cause commits, a worker does step after step."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.commit, self._retire_rules)

    def _retire_rules(self, env):
        rules = env["mfg.rule"].browse(self.rule_id).exists()
        env["mfg.rule.run"].search([("rule_id", "in", rules.ids)]).unlink()
        rules.unlink()

    def given_run(self, *actions, **values):
        """A rule, a work center with a machine and a hold on it, committed."""

        def begin(env):
            rule = RulesScene(env).rule(
                actions, trigger_model="mrp.workcenter", **values
            )
            self.rule_id = rule.id
            workcenter = env["mrp.workcenter"].create({"name": "Press"})
            machine = env["maintenance.equipment"].create(
                {"name": "Press 1", "mfg_workcenter_id": workcenter.id}
            )
            self.machine_id = machine.id
            env["mfg.hold"]._place(workcenter, reason_code="manual", reason="Test")
            return RulesScene(env).runs(rule).id

        self.run_id = self.commit(begin)
        return self.run_id

    def work(self):
        return self.commit(lambda env: env["mfg.rule.run"]._drain())

    def state(self):
        return self.sql("SELECT state FROM mfg_rule_run WHERE id = %s", self.run_id)[0][
            0
        ]

    def holds(self):
        """Number of active holds on the machine."""
        return self.sql(
            "SELECT count(*) FROM mfg_hold WHERE res_model = 'maintenance.equipment'"
            " AND res_id = %s AND state = 'active'",
            self.machine_id,
        )[0][0]

    def test_a1_cause_that_is_rolled_back_leaves_no_run(self):
        before = self.sql("SELECT count(*) FROM mfg_rule_run")
        self.given_run(NOTIFY)
        runs = self.sql("SELECT count(*) FROM mfg_rule_run")

        def hold_again(env):
            workcenter = env["mfg.rule.run"].browse(self.run_id)._document()
            env["mfg.hold"]._place(workcenter, reason_code="manual", reason="Again")

        rehearse(self.registry, hold_again, uid=1)

        self.assertEqual(self.sql("SELECT count(*) FROM mfg_rule_run"), runs)
        self.assertNotEqual(before, runs)

    def test_d1_worker_does_all_steps_and_gives_the_run_back(self):
        self.given_run(HOLD, NOTIFY)

        self.work()

        self.assertEqual(self.state(), "done")
        self.assertEqual(self.holds(), 1)
        lease = self.sql(
            "SELECT lease_token FROM mfg_rule_run WHERE id = %s", self.run_id
        )
        self.assertEqual(lease, [(None,)])

    def test_d6_step_whose_transaction_is_lost_is_done_once_by_the_next_worker(self):
        self.given_run(HOLD, NOTIFY)
        honest = MfgRuleStepCore._do_hold

        def lost(step):
            honest(step)
            raise KeyboardInterrupt

        with patch.object(MfgRuleStepCore, "_do_hold", lost):
            with self.assertRaises(KeyboardInterrupt):
                self.work()
        self.assertEqual((self.state(), self.holds()), ("pending", 0))
        self.work()
        self.assertEqual(self.state(), "pending", "the lost worker's lease stands")
        self.sql("UPDATE mfg_rule_run SET lease_until = now() - interval '1 day'")

        self.work()

        self.assertEqual((self.state(), self.holds()), ("done", 1))

    def test_d6_worker_that_lost_its_lease_writes_nothing(self):
        self.given_run(HOLD)
        honest = self.registry["mfg.rule.run"]._claim

        def taken_over(runs):
            claimed = honest(runs)
            self.sql("UPDATE mfg_rule_run SET lease_token = 'other'")
            return claimed

        with patch.object(self.registry["mfg.rule.run"], "_claim", taken_over):
            with patch.object(
                self.registry["mfg.rule.run"], "_next_due_at", lambda runs: None
            ):
                self.commit(
                    lambda env: env["mfg.rule.run"]._work(
                        *env["mfg.rule.run"]._claim(), float("inf")
                    )
                )

        self.assertEqual((self.state(), self.holds()), ("pending", 0))

    def test_d6_failed_step_is_undone_across_transactions(self):
        impossible = {"kind": "hold", "target": "made", "attempts": 1}
        self.given_run(HOLD, impossible)

        self.work()

        self.assertEqual((self.state(), self.holds()), ("undone", 0))

    def test_d6_run_whose_first_step_fails_for_good_has_failed_and_is_not_done(self):
        impossible = {"kind": "hold", "target": "made", "attempts": 1}
        self.given_run(impossible, HOLD)

        self.work()

        self.assertEqual((self.state(), self.holds()), ("failed", 0))

    def test_a1_sweeper_does_what_no_job_owns(self):
        self.given_run(HOLD)

        with patch.object(
            self.registry["mfg.sweeper"], "_runner_is_alive", lambda sweeper: False
        ):
            self.commit(lambda env: env["mfg.sweeper"]._cron_sweep())

        self.assertEqual(self.state(), "done")

    def test_d8_rule_in_small_batches_waits_for_the_next_one(self):
        self.given_run(HOLD, latency_class="micro_batch", batch_s=3600)

        self.work()
        self.assertEqual((self.state(), self.holds()), ("pending", 0))
        due = self.sql("SELECT next_at FROM mfg_rule_run WHERE id = %s", self.run_id)[
            0
        ][0]
        self.assertLess(due - fields.Datetime.now(), timedelta(hours=1))
        self.sql("UPDATE mfg_rule_run SET next_at = now() - interval '1 day'")
        self.work()

        self.assertEqual((self.state(), self.holds()), ("done", 1))
