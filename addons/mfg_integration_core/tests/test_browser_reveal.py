from odoo.tests import tagged

from .screens_case import ScreensCase

REVEAL = """
await openForm("mfg.inbox.event", eventId);
(await shown(".o_notebook .nav-link[name='payload']")).click();
const masked = await shown(".o_field_mfg_json .o_mfg_code_text");
expect("masked", masked.textContent.includes("E-STOP"), false);
(await shown(".o_form_view button[name='action_reveal']")).click();
const reason = await shown(".modal .o_field_widget[name='why'] textarea");
reason.value = "Ticket 4711";
reason.dispatchEvent(new Event("input", { bubbles: true }));
reason.dispatchEvent(new Event("change", { bubbles: true }));
(await shown(".modal button[name='action_reveal']:not([disabled])")).click();
const whole = await shown(".modal .o_mfg_revealed .o_mfg_code_text");
expect("whole", whole.textContent.includes("E-STOP"), true);
"""


@tagged("post_install", "-at_install")
class TestBrowserReveal(ScreensCase):
    def test_k5_person_with_the_right_sees_a_masked_payload_for_a_reason(self):
        event = self.given_event(0)
        self.env["mfg.masking.rule"].create({"path": "data.note"})
        reveal = self.env.ref("mfg_integration_core.group_reveal")
        self.env.ref("base.group_system").write({"implied_ids": [(4, reveal.id)]})

        self.browse_as_admin(REVEAL, eventId=event.id)

        entry = self.env["mfg.audit.entry"].search([("action", "=", "body.revealed")])
        self.assertEqual((entry.actor, entry.why), ("admin", "Ticket 4711"))
        self.assertEqual((entry.res_model, entry.res_id), (event._name, event.id))
