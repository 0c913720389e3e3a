from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .screens_case import ScreensCase
from .test_browser_rules import HANDS

ASK = """
await action.doAction(askId, {
    additionalContext: {
        active_model: "mrp.production", active_id: orderId, active_ids: [orderId],
    },
});
put(await part("reason", "textarea"), "The truck leaves at 15:00");
await press("Ask", ".modal footer");
const told = await shown(".o_notification_content");
expect("what comes next", told.textContent.includes("Somebody else"), true);
"""

DECIDE = """
await action.doAction(overridesId);
(await shown(".o_data_row button[name='action_grant']")).click();
put(await part("note", "textarea"), "I looked at it");
await press("Confirm", ".modal footer");
"""

REFUSED = """
const refusal = await soon("the refusal", () =>
    [...document.querySelectorAll(".modal .modal-body")].find((body) =>
        body.textContent.includes("somebody else has to decide")
    )
);
expect("is no traceback", refusal.textContent.includes("Traceback"), false);
"""

GRANTED = """
await soon("the end of the dialog", () => !document.querySelector(".modal"));
await soon("the verdict", () =>
    texts(".o_data_row [name='state']").join().includes("Granted")
);
expect("cause on one line", texts(".o_data_row .o_mfg_one_line").length > 0, true);
"""


@tagged("post_install", "-at_install")
class TestBrowserOverrides(ScreensCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for login in ("override-asker", "override-decider"):
            new_test_user(
                cls.env,
                login,
                groups="mfg_integration_core.group_approver,mrp.group_mrp_user",
            )
        cls.overrides = cls.env.ref("mfg_integration_core.mfg_override_action")

    def browse_overrides(self, login, script, **arguments):
        self.browse_as(
            login, HANDS + script, overridesId=self.overrides.id, **arguments
        )

    @mute_logger("odoo.http")  # Odoo logs the refusal
    def test_d4_who_asked_for_an_override_is_told_that_another_person_decides(self):
        self.given_hold(self.order)
        ask = self.env.ref("mfg_integration_core.mfg_override_ask_action_production")

        self.browse_overrides(
            "override-asker",
            ASK + DECIDE + REFUSED,
            askId=ask.id,
            orderId=self.order.id,
        )

        override = self.env["mfg.override"].search([("res_id", "=", self.order.id)])
        self.assertEqual(override.state, "requested")

    def test_d4_second_person_grants_an_override_on_the_screen(self):
        self.given_hold(self.order)
        asker = self.env["res.users"].search([("login", "=", "override-asker")])
        override = (
            self.env["mfg.override"]
            .with_user(asker)
            ._ask(
                self.order,
                "The truck leaves at 15:00",
                valid_until=fields.Datetime.now() + timedelta(hours=1),
            )
        )

        self.browse_overrides("override-decider", DECIDE + GRANTED)

        override.invalidate_recordset()
        self.assertEqual(override.state, "granted")
        self.assertEqual(override.decided_by_id.login, "override-decider")
        self.assertEqual(override.decision_note, "I looked at it")
