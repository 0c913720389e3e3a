from odoo.addons.mfg_integration_core.compat import producing_lots
from odoo.addons.mfg_integration_core.tests.rules_case import RulesScene

from .plant_case import ROBOT, PlantCase


class TestScrapReview(PlantCase):
    """The shipped rules from the machine's count to what a person finds to decide."""

    def count(self, good, scrap):
        data = {
            "equipment": ROBOT,
            "good_quantity": good,
            "scrap_quantity": scrap,
            "job_order": self.order.name,
        }
        self.hear(self.edge, "mfg.machine.count.v1", data, self.env.cr.now())

    def work_on_rules(self, *names):
        rules = RulesScene(self.env)
        for name in names:
            run = rules.runs(self.env.ref(name))
            rules.work(run)
            self.assertEqual(run.state, "done", run.reason)

    def test_d1_scrap_above_the_limit_is_a_review_that_a_person_sees_and_decides(self):
        self.count(good=30, scrap=6)

        self.work_on_rules(
            "mfg_integration_edge.mfg_rule_scrap_above_limit",
            "mfg_integration_quality.mfg_rule_review_asks_quality",
        )

        inspection = self.inspections()
        self.assertRecordValues(
            inspection,
            [
                {
                    "lot_id": producing_lots(self.order).id,
                    "reason": "Scrap above limit",
                    "disposition": "pending",
                }
            ],
        )
        # In the list that the menu opens, and on the banner of the order.
        listed = self.env.ref("mfg_integration_quality.mfg_quality_inspection_action")
        seen = self.env[listed.res_model].with_user(self.approver)
        self.assertIn(inspection, seen.search([]))
        self.assertIn(inspection.name, self.order.mfg_block_message)
        self.assertEqual(self.active_holds(self.order)._blocker(), inspection)

        inspection.with_user(self.approver).action_release()

        self.assertFalse(self.active_holds(self.order))
        self.assertNotEqual(self.order.mfg_state, "blocked")
