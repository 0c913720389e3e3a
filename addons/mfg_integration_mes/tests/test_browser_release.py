from uuid import uuid4

from odoo.tests import tagged

from odoo.addons.mfg_integration_core.tests.screens_case import ScreensCase

RELEASE = """
await openForm("mrp.production", resId);
const state = ".o_field_widget[name='mfg_release_state']";
await shown(state);
expect("before", texts(state), ["Not Released"]);
(await shown("button[name='action_mfg_release']")).click();
await soon("released", () => texts(state)[0] === "Released");
await shown("button[name='action_mfg_withdraw']");
expect("release", texts("button[name='action_mfg_release']"), []);
expect("paused", texts(".o_mfg_release_delay .o_field_widget"), ["MES is paused."]);
"""

REFUSED = """
await openForm("mrp.production", resId);
await shown(".o_mfg_refusal");
expect(
    "reason",
    texts(".o_mfg_refusal .o_field_widget[name='mfg_release_reason']"),
    [reason]
);
expect("again", texts("button[name='action_mfg_release']"), ["Release Again"]);
"""

LISTED = """
await action.doAction("mfg_integration_mes.mrp_production_action_release", {
    viewType: "list",
});
await shown(".o_group_header");
const headers = texts(".o_group_header .o_group_name");
expect("refused", headers.some((text) => text.startsWith("Refused")), true);
await action.doAction("mfg_integration_mes.mrp_production_action_release");
await soon("the reason on its card", () =>
    texts(".o_kanban_record").some((text) => text.includes("NO_FIXTURE"))
);
"""


@tagged("post_install", "-at_install")
class TestBrowserRelease(ScreensCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        mes = cls.env["mfg.connector"].create(
            {
                "name": "MES",
                "code": f"mes-{uuid4().hex[:8]}",
                "template": "demo_mes",
                "base_url": "http://127.0.0.1:1",
                "state": "paused",
            }
        )
        mes.action_add_default_subscriptions()
        cls.env.cr.flush()

    def given_refused(self):
        self.order.action_mfg_release()
        self.env.cr.flush()
        self.order._mfg_set_answer("refused", "NO_FIXTURE: Out for repair")
        self.env.flush_all()

    def test_g1_planner_releases_the_order_on_its_form(self):
        self.browse_as_admin(RELEASE, resId=self.order.id)

        self.assertEqual(self.order.mfg_release_state, "released")

    def test_g1_planner_reads_why_the_order_is_refused(self):
        self.given_refused()

        self.browse_as_admin(
            REFUSED, resId=self.order.id, reason="NO_FIXTURE: Out for repair"
        )
        self.browse_as_admin(LISTED)
