import os
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo.tests import tagged

from .http_partner import HttpPartner
from .screens_case import ScreensCase

OPEN_TRIAL = """
await openForm("mfg.connector", connectorId);
const button = (text, place = "") =>
    [...document.querySelectorAll(`${place} button`)].find(
        (one) => one.textContent.trim() === text
    );
await shown(".o_form_view .o_field_widget[name='state']");
button("Try template", ".o_form_view").click();
await shown(".modal .o_field_widget[name='connector_id']");
const option = (name) =>
    soon(name, () =>
        [...document.querySelectorAll(".o-autocomplete--dropdown-item a")].find((one) =>
            one.textContent.includes(name)
        )
    );
const confirmation = () =>
    soon("the question", () => {
        const dialogs = [...document.querySelectorAll(".modal")];
        return dialogs.length > 1 && dialogs.pop().querySelector(".btn-primary");
    });
const told = (piece) =>
    soon(piece, () => {
        const text = texts(".modal .o_field_widget[name='told'] pre").join("");
        return text.includes(piece) && text;
    });
"""

TRY_OPERATION = """
const operation = await shown(".modal .o_field_widget[name='subscription_id'] input");
operation.click();
(await option(": tell")).click();
const event = await soon("the event", () => {
    const area = document.querySelector(".modal [name='event'] textarea");
    return area && area.value.includes("mfg.test.changed.v1") && area;
});
event.value = message;
event.dispatchEvent(new Event("input", { bubbles: true }));
event.dispatchEvent(new Event("change", { bubbles: true }));
button("Show the request", ".modal").click();
const request = await told("/told");
expect("nothing was sent", /^</m.test(request), false);
await shown(".modal .alert-info");
button("Send it", ".modal").click();
(await confirmation()).click();
const answer = await told("= delivered");
expect("answer", answer.includes("< 201"), true);
await shown(".modal .alert-success");
"""


@tagged("post_install", "-at_install")
class TestBrowserTemplateTrial(ScreensCase):
    """An administrator tries a template on the screen."""

    def setUp(self):
        super().setUp()
        keys = {"MFG_INTEGRATION_KEYS": Fernet.generate_key().decode()}
        self.startPatcher(patch.dict(os.environ, keys))
        self.env["mfg.connector"].action_arm()
        self.partner = HttpPartner()
        self.addCleanup(self.partner.close)
        self.connector.write(
            {
                "template": "test_partner",
                "base_url": self.partner.url,
                "allowed_networks": "127.0.0.0/8",
            }
        )
        self.connector.action_add_default_subscriptions()

    def test_operation_is_tried_out_and_each_call_is_shown(self):
        self.browse_as_admin(
            OPEN_TRIAL + TRY_OPERATION,
            connectorId=self.connector.id,
            message='{"id": "trial-1", "data": {"number": 8}}',
        )

        self.assertEqual(self.partner.told, [8])
