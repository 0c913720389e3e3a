from odoo.addons.mfg_integration_core.tests.rules_case import RulesScene

from .common import CmmsCase

WORK_ORDER = {"kind": "work_order", "target": "document"}


class TestRule(CmmsCase):
    """Handing a request over to the CMMS, as a step of a rule."""

    def run_of(self, *actions):
        """The run that planning a preventive request set off."""
        rules = RulesScene(self.env)
        rule = rules.rule(
            actions,
            [("data", "to", "=", "scheduled")],
            trigger="state",
            trigger_model="maintenance.request",
        )
        self.request = self.given_request(maintenance_type="preventive")
        self.env.cr.flush()
        self.request.schedule_date = "2026-12-01 06:00:00"
        self.env.cr.flush()
        run = rules.runs(rule)
        rules.work(run)
        return run

    def messages(self):
        return self.env["mfg.outbox.message"].search(
            [
                ("res_id", "=", self.request.id),
                ("event_type", "=", "mfg.maintenance.requested.v1"),
            ]
        )

    def test_d1_rule_hands_a_preventive_request_over_once(self):
        run = self.run_of(WORK_ORDER, WORK_ORDER)

        self.assertEqual(run.state, "done", run.reason)
        self.assertEqual(self.messages().mapped("state"), ["pending"])

    def test_d6_request_that_is_not_sent_yet_is_called_back(self):
        run = self.run_of(WORK_ORDER, {"kind": "compensate"})

        self.assertEqual(run.state, "undone")
        self.assertEqual(self.messages().state, "cancelled")

    def test_d6_request_that_the_cmms_has_is_left_to_a_person(self):
        run = self.run_of(WORK_ORDER, {"kind": "wait", "wait_s": 60})
        self.messages().state = "delivered"

        run.action_cancel()
        RulesScene(self.env).work(run)

        self.assertEqual(run.state, "stuck")
        self.assertIn("Cancel the work order there", run.step_ids[0].reason)
