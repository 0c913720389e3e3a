from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_models_rule_run import HOLD, NOTIFY, CommittedCase, RulesScene


@tagged("post_install", "-at_install")
class TestRuleRehearsal(CommittedCase):
    """What a rule would have done, found out by doing it and undoing it."""

    def setUp(self):
        super().setUp()
        self.ids = self.commit(self._given_past_hold)
        self.addCleanup(self.commit, self._retire_rules)

    def _given_past_hold(self, env):
        """A hold on a work center with a machine, before there was any rule."""
        workcenter = env["mrp.workcenter"].create({"name": "Mill"})
        machine = env["maintenance.equipment"].create(
            {"name": "Mill 1", "mfg_workcenter_id": workcenter.id}
        )
        env["mfg.hold"]._place(workcenter, reason_code="manual", reason="Past")
        return {"workcenter": workcenter.id, "machine": machine.id}

    def _retire_rules(self, env):
        env["mfg.rule"].search([("key", "=like", "rule-%")]).unlink()

    def given_rule(self, *conditions):
        def make(env):
            scene = RulesScene(env)
            wanted = ("document", "name", "=", "Mill")
            rule = scene.rule(
                [HOLD, {"kind": "wait", "wait_s": 600}, NOTIFY],
                [wanted, *conditions],
                trigger_model="mrp.workcenter",
            )
            return rule.id

        return self.commit(make)

    def simulate(self, rule_id, user=None):
        """The lines about the work center's hold: ``[(verdict, effect)]``."""

        def run(env):
            simulations = env["mfg.rule.simulation"]
            if user:
                simulations = simulations.with_user(user)
            now = fields.Datetime.now()
            simulation = simulations.create(
                {
                    "rule_id": rule_id,
                    "begin_at": now - timedelta(hours=1),
                    "end_at": now + timedelta(hours=1),
                }
            )
            simulation.action_simulate()
            lines = simulation.line_ids.filtered(lambda line: line.name == "Mill")
            return lines.mapped(lambda line: (line.verdict, line.effect))

        return self.commit(run)

    def counts(self):
        return [
            self.sql(f"SELECT count(*) FROM {table}")
            for table in ("mfg_rule_run", "mfg_hold", "mail_message", "mfg_case")
        ]

    def test_d1_simulation_tells_what_would_have_been_done_and_does_nothing(self):
        rule_id = self.given_rule()
        before = self.counts()

        found = self.simulate(rule_id)

        verdict, effect = found[0]
        self.assertEqual(verdict, "acts")
        self.assertIn("Held: Mill 1.", effect)
        self.assertIn("Waits until", effect)
        self.assertIn("Told: Held", effect)
        self.assertEqual(self.counts(), before)

    def test_d1_simulation_says_which_condition_was_not_met(self):
        rule_id = self.given_rule(("data", "reason_code", "=", "quality_review"))

        verdict, effect = self.simulate(rule_id)[0]

        self.assertEqual(verdict, "unmet")
        self.assertIn("reason_code is quality_review", effect)

    def test_n1_simulation_says_that_a_nearer_rule_holds(self):
        rule_id = self.given_rule()

        def override(env):
            rule = env["mfg.rule"].browse(rule_id)
            company = env["mrp.workcenter"].browse(self.ids["workcenter"]).company_id
            rule.copy({"active": True, "company_id": company.id, "name": "Nearer"})

        self.commit(override)

        verdict, effect = self.simulate(rule_id)[0]
        self.assertEqual(verdict, "overridden")
        self.assertIn("“Nearer” holds instead", effect)

    def test_k1_only_administrators_try_rules(self):
        rule_id = self.given_rule()

        with self.assertRaises(AccessError):
            self.simulate(
                rule_id, user=self.commit(lambda e: e.ref("base.public_user").id)
            )
