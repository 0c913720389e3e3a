from odoo.tests import tagged

from .screens_case import ScreensCase

#: What a person does with fields and buttons.
HANDS = """
const put = (node, text) => {
    node.value = text;
    node.dispatchEvent(new Event("input", { bubbles: true }));
    node.dispatchEvent(new Event("change", { bubbles: true }));
};
const part = (name, inner) => shown(`.o_field_widget[name='${name}'] ${inner}`);
const choose = async (name, label) => {
    // 17.0 takes a list of the browser's own, 19.0 one of Odoo's.
    const list = await part(name, "select, .o_select_menu_toggler");
    if (list.tagName !== "SELECT") {
        const closed = () => !document.querySelector(".o_select_menu_menu");
        await soon("the end of the list before", closed);
        const item = await soon(`${label} of ${name}`, () => {
            if (closed()) {
                // The form may have drawn the field anew since.
                const field = `.o_field_widget[name='${name}'] .o_select_menu_toggler`;
                document.querySelector(field)?.click();
            }
            return [...document.querySelectorAll(".o_select_menu_item")].find(
                (one) => one.textContent.trim() === label
            );
        });
        item.click();
        await soon("the end of the list", closed);
        return;
    }
    const option = [...list.options].find((one) => one.textContent.trim() === label);
    if (!option) {
        throw new Error(`${name} does not offer ${label}`);
    }
    put(list, option.value);
};
const press = async (text, place) =>
    (
        await soon(text, () =>
            [...document.querySelectorAll(`${place} button, ${place} a`)].find(
                (one) => one.textContent.trim() === text
            )
        )
    ).click();
const tab = async (name) =>
    (await shown(`.o_notebook .nav-link[name='${name}']`)).click();
"""

MAKE_RULE = """
await action.doAction(rulesId);
await press("New", ".o_control_panel");
put(await part("name", "input, textarea"), name);
await choose("trigger", "A hold was placed");
await choose("trigger_model", "Manufacturing order");
const known = await part("known_paths", "span, textarea");
expect("known fields", known.textContent.includes("reason_code"), true);
await press("Add a line", ".tab-pane");
put(await part("path", "input"), "reason_code");
await choose("operator", "is not");
put(await part("value", "input"), "manual");
await tab("actions");
await soon("the actions", () =>
    document.querySelector(".o_notebook .nav-link.active[name='actions']")
);
await press("Add a line", ".tab-pane");
put(await part("text", "input"), "{document} is held: {reason}");
await press("Save & Close", ".modal");
await soon("the end of the dialog", () => !document.querySelector(".modal"));
(await shown(".o_form_button_save")).click();
await shown("button[name='action_view_history']");
"""

SIMULATE = """
(await shown("button.oe_stat_button .fa-flask")).closest("button").click();
await press("Try", ".modal footer");
await shown(".modal .o_field_widget[name='line_ids'] .o_data_row");
expect("acts", texts(".modal .o_field_widget[name='acts_count']"), ["1"]);
const effect = texts(".modal .o_data_row [name='effect']").join();
expect("tells what", effect.includes(`${document_} is held: E-STOP`), true);
"""


@tagged("post_install", "-at_install")
class TestBrowserRules(ScreensCase):
    def test_d1_person_makes_a_rule_on_the_screen_and_tries_it_on_what_happened(self):
        self.given_hold(self.order)
        self.env["mfg.hold"]._place(
            self.order, reason_code="manual", reason="Look at it"
        )

        self.browse_as_admin(
            HANDS + MAKE_RULE + SIMULATE,
            rulesId=self.env.ref("mfg_integration_core.mfg_rule_action_open").id,
            name="Fault holds: tell the planner",
            document_=self.order.display_name,
        )

        rules = self.env["mfg.rule"]
        rule = rules.search([("key", "=", "fault-holds-tell-the-planner")])
        self.assertEqual(rule.trigger, "hold_placed")
        self.assertEqual(rule.condition_ids._told(), "reason_code is not manual")
        self.assertEqual(rule.action_ids.text, "{document} is held: {reason}")
        self.assertFalse(rule.run_count)
