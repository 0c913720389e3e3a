from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .screens_case import ScreensCase

#: What the entry *Place hold* of the menu *Action* does, and what comes then.
PLACE_HOLD = """
const type = (node, text) => {
    node.value = text;
    node.dispatchEvent(new Event("input", { bubbles: true }));
    node.dispatchEvent(new Event("change", { bubbles: true }));
};
await action.doAction(placeId, {
    additionalContext: {
        active_model: "mrp.production", active_id: orderId, active_ids: [orderId],
    },
});
const names = await shown(".modal .o_field_widget[name='document_names']");
expect("names it", names.textContent.trim(), orderName);
type(await shown(".modal .o_field_widget[name='reason'] textarea"), "Look at it");
(await shown(".modal button[name='action_place']:not([disabled])")).click();
for (let tries = 0; document.querySelector(".modal") && tries < 100; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
}
"""

FINISH_HELD = """
await openForm("mrp.production", orderId);
(await shown("button[name='button_mark_done']:not([disabled])")).click();
const refusal = await shown(".modal .modal-body");
for (const words of ["cannot be finished", "Look at it", "can clear it"]) {
    expect(words, refusal.textContent.includes(words), true);
}
"""

#: What who works at the line reads and is answered, without any role in the suite.
FINISH_AS_WORKER = """
await openForm("mrp.production", orderId);
await shown(".o_mfg_blockers");
// The name, and no link to a form that the worker may not open.
expect("hold", texts(".o_mfg_blocker > b"), [hold]);
expect("link", texts(".o_mfg_blocker_hold"), []);
expect("clearer", texts(".o_mfg_blocker_clearer b"), ["Maintenance"]);
(await shown("button[name='button_mark_done']:not([disabled])")).click();
const refusal = await shown(".modal .modal-body");
for (const words of [orderName, "cannot be finished: blocked by", hold]) {
    expect(words, refusal.textContent.includes(words), true);
}
expect("traceback", texts(".modal .o_error_detail, .modal .accordion"), []);
expect("plain", texts(".modal").join().includes("Traceback"), false);
"""


@tagged("post_install", "-at_install")
class TestBrowserHolds(ScreensCase):
    @mute_logger("odoo.http")  # Odoo logs every refusal
    def test_d2_hold_placed_on_the_screen_stops_the_button_with_a_plain_sentence(self):
        place = self.env.ref("mfg_integration_core.mfg_hold_place_action_production")

        self.browse_as_admin(
            PLACE_HOLD + FINISH_HELD,
            placeId=place.id,
            orderId=self.order.id,
            orderName=self.order.display_name,
        )

        self.env.invalidate_all()
        self.assertEqual(self.order.mfg_hold_ids.reason, "Look at it")
        self.assertNotEqual(self.order.state, "done")

    @mute_logger("odoo.http")
    def test_d2_worker_without_any_role_reads_the_blocker_and_is_refused_plainly(self):
        new_test_user(
            self.env,
            "worker-at-the-line",
            groups="base.group_user,mrp.group_mrp_user,stock.group_stock_user",
        )
        hold = self.given_hold(self.order)

        self.browse_as(
            "worker-at-the-line",
            FINISH_AS_WORKER,
            orderId=self.order.id,
            orderName=self.order.name,
            hold=hold.name,
        )

        self.env.invalidate_all()
        self.assertNotEqual(self.order.state, "done")
