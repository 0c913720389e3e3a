from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .states_case import StatesCase


class TestStopReason(StatesCase):
    def give(self, login, groups, stop, loss):
        """Give the reason of a stop as a user of these groups does."""
        user = new_test_user(self.env, login, groups)
        wizard = self.env["mfg.edge.stop.reason"].with_user(user)
        wizard.with_context(active_ids=stop.ids).create(
            {"loss_id": loss.id, "text": "No coil"}
        ).action_confirm()

    def given_stop(self):
        self.tell(0, "Execute")
        self.tell(10, "Held")
        self.tell(100, "Execute")
        return self.env["mfg.edge.stop"].search(
            [("equipment_id", "=", self.robot.id)], limit=1
        )

    def loss(self):
        return self.env.ref("mrp.block_reason0")

    def test_a_planner_says_why_a_machine_stood_still(self):
        stop = self.given_stop()

        self.give("shift-lead", "mrp.group_mrp_user", stop, self.loss())

        self.assertRecordValues(
            stop,
            [
                {
                    "loss_id": self.loss().id,
                    "reason_text": "No coil",
                    "reason_code": False,
                    "reason_by": "shift-lead (mrp.group_mrp_user)",
                }
            ],
        )
        self.assertEqual(self.log().loss_id, self.loss())

    def test_who_only_looks_gives_no_reason(self):
        stop = self.given_stop()

        with self.assertRaises(AccessError):
            self.give(
                "looks-only", "mfg_integration_core.group_viewer", stop, self.loss()
            )
