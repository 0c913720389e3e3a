from odoo.tests import tagged

from .screens_case import ScreensCase

READ_BANNER = """
await openForm(model, resId);
await shown(".o_mfg_blockers");
expect("hold", texts(".o_mfg_blocker_hold"), [hold]);
expect("clearer", texts(".o_mfg_blocker_clearer b"), ["Maintenance"]);
document.querySelector(".o_mfg_blocker_cause").click();
await shown(".o_form_view .o_field_widget[name='maintenance_type']");
"""

NO_BANNER = """
await openForm(model, resId);
await shown(".o_form_view .o_form_sheet");
expect("banner", texts(".o_mfg_blockers"), []);
expect("alert", texts(".o_form_view .alert-danger:has(.fa-hand-paper-o)"), []);
"""

OPEN_TIMELINE = """
await openForm("mrp.production", resId);
const button = "button[name='action_view_mfg_timeline']";
// A narrow screen keeps the last buttons behind "More".
const more = document.querySelector(".oe_button_box .o_button_more");
if (more && !document.querySelector(button)) {
    more.click();
}
(await shown(button)).click();
await shown(".o_mfg_timeline_list");
expect("name", texts(".o_form_view h1 .o_field_widget"), [name]);
"""


@tagged("post_install", "-at_install")
class TestBrowserBanner(ScreensCase):
    def test_o1_banner_names_the_hold_and_opens_what_lifts_it(self):
        hold = self.given_hold(self.order)

        for document in (self.order, self.order.workorder_ids):
            self.browse_as_admin(
                READ_BANNER, model=document._name, resId=document.id, hold=hold.name
            )

    def test_o1_document_that_nothing_blocks_has_no_banner(self):
        for document in (self.order, self.equipment):
            self.browse_as_admin(NO_BANNER, model=document._name, resId=document.id)

    def test_d7_timeline_opens_from_the_order(self):
        self.given_hold(self.order)

        self.browse_as_admin(
            OPEN_TIMELINE, resId=self.order.id, name=self.order.display_name
        )
