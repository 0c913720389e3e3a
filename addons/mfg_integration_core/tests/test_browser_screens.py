import base64
import os
from unittest.mock import patch

from cryptography.fernet import Fernet
from lxml import etree

from odoo.tests import tagged

from .screens_case import ScreensCase

OPEN_SCREENS = """
for (const { name, id, viewType, resId } of screens) {
    const props = resId ? { resId } : {};
    try {
        await action.doAction(id, { viewType, clearBreadcrumbs: true, props });
    } catch (error) {
        const cause = error.cause || error;
        const detail = cause.data ? cause.data.debug : cause;
        throw new Error(`${name} as ${viewType}: ${detail}`);
    }
    if (action.currentController.action.id !== id) {
        throw new Error(`${name} as ${viewType}: another action is on the screen`);
    }
    if (!document.querySelector(`.o_action_manager .o_${viewType}_view`)) {
        throw new Error(`${name} as ${viewType}: the view is not on the screen`);
    }
}
"""

OPEN_FORMS = """
for (const [model, resId] of forms) {
    await openForm(model, resId);
    const tabs = document.querySelectorAll(".o_form_view .o_notebook .nav-link");
    for (const tab of tabs) {
        tab.click();
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    if (!document.querySelector(".o_form_view .o_form_sheet")) {
        throw new Error(`${model}: the form is not on the screen`);
    }
}
"""

LIFT_HOLD = """
await openForm("mfg.hold", holdId);
(await shown(".o_form_view button[name='action_lift']")).click();
const reason = await shown(".modal .o_field_widget[name='reason'] textarea");
reason.value = why;
reason.dispatchEvent(new Event("input", { bubbles: true }));
reason.dispatchEvent(new Event("change", { bubbles: true }));
(await shown(".modal button[name='action_lift']:not([disabled])")).click();
await shown(".o_form_view .o_field_widget[name='lift_reason']");
"""

COMPARE_ATTEMPTS = """
await openForm("mfg.delivery.attempt", attemptId);
(await shown(".o_notebook .nav-link[name='difference']")).click();
await shown(".o_mfg_difference_added");
expect("added", texts(".o_mfg_difference_added"), [added]);
(await shown(".o_notebook .nav-link[name='curl']")).click();
const command = await shown(".o_field_mfg_code .o_mfg_code_text");
expect("command", command.textContent.startsWith("curl -X POST"), true);
"""

GENERATE_SECRET = """
await openForm("mfg.connector", connectorId);
(await shown(".o_notebook .nav-link[name='credentials']")).click();
(await shown("button[name='action_generate_inbound_secret']")).click();
(await shown(".modal .btn-primary")).click();
const secret = await shown(".o_notification.o_mfg_secret .o_notification_content");
expect("secret", secret.textContent.includes("whsec_"), true);
expect("all of it is seen", secret.scrollWidth <= secret.clientWidth, true);
await shown(".o_form_view .btn-link .fa-refresh");
"""

START_OVER = """
await openForm("mfg.source", sourceId);
(await shown("button[name='action_start_over']")).click();
await shown(".modal .o_field_widget[name='effect']");
expect("told", texts(".modal [name='effect']")[0].includes("read again"), true);
(await shown(".modal button[name='action_start_over']:not([disabled])")).click();
for (let tries = 0; document.querySelector(".modal") && tries < 100; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
}
"""


@tagged("post_install", "-at_install")
class TestBrowserScreens(ScreensCase):
    def menu_screens(self):
        """What the menus of the suite open: action, view type and a form's record."""
        root = self.env.ref("mfg_integration_core.mfg_integration_menu")
        for menu in self.env["ir.ui.menu"].search([("id", "child_of", root.id)]):
            action = menu.action
            if not action or action._name != "ir.actions.act_window":
                continue
            for view_type in action.view_mode.replace("tree", "list").split(","):
                record = self.env[action.res_model].search([], limit=1)
                if view_type == "form" and not record:
                    if not self.can_be_created_by_hand(action.res_model):
                        # No button leads to an empty form of it.
                        continue
                yield {
                    "name": action.name,
                    "id": action.id,
                    "viewType": view_type,
                    "resId": record.id if view_type == "form" else False,
                }

    def can_be_created_by_hand(self, model):
        form = self.env[model].get_views([(False, "form")])["views"]["form"]
        return etree.fromstring(form["arch"]).get("create") not in ("0", "False")

    def test_every_menu_opens_in_every_view_type_without_a_console_error(self):
        self.given_event(0)
        self.given_message(1)
        self.given_hold(self.order)
        self.given_source()

        screens = list(self.menu_screens())

        self.assertGreater(len(screens), 15)
        self.browse_as_admin(OPEN_SCREENS, screens=screens)

    def test_every_form_with_a_banner_opens_with_all_its_tabs(self):
        self.given_hold(self.order)
        self.given_hold(self.equipment)
        message = self.given_message(1)
        documents = [
            self.order,
            self.workcenter,
            self.equipment,
            self.request,
            self.scene.lot(self.order.product_id),
            self.given_event(0),
            message,
            message.attempt_ids,
            self.given_source(),
            self.connector,
        ]

        forms = [(document._name, document.id) for document in documents]

        self.browse_as_admin(OPEN_FORMS, forms=forms)

    def test_person_has_a_polled_list_read_again_and_is_told_what_that_does(self):
        source = self.given_source()

        self.browse_as_admin(START_OVER, sourceId=source.id)

        source.invalidate_recordset()
        self.assertTrue(source.fresh)
        self.assertFalse(source.error)

    def test_o3_person_compares_two_attempts_and_copies_one_as_a_command(self):
        message = self.given_message(0)
        message.attempt_ids.write(
            {
                "request_method": "POST",
                "request_url": "https://cmms.test/orders",
                "request_body": base64.b64encode(b"routine"),
            }
        )
        second = message.attempt_ids.copy(
            {"number": 2, "request_body": base64.b64encode(b"urgent")}
        )

        self.browse_as_admin(COMPARE_ATTEMPTS, attemptId=second.id, added="+urgent")

    def test_k2_person_sees_a_new_secret_whole_and_the_form_knows_that_it_is_there(
        self,
    ):
        key = Fernet.generate_key().decode()
        with patch.dict(os.environ, {"MFG_INTEGRATION_KEYS": key}):
            self.browse_as_admin(GENERATE_SECRET, connectorId=self.connector.id)

            self.assertTrue(self.connector.has_inbound_secret)

    def test_person_lifts_a_hold_and_says_why(self):
        hold = self.given_hold(self.order)

        self.browse_as_admin(LIFT_HOLD, holdId=hold.id, why="The sensor was at fault")

        self.assertRecordValues(
            hold, [{"state": "lifted", "lift_reason": "The sensor was at fault"}]
        )
        self.assertFalse(self.order.mfg_active_hold_count)
