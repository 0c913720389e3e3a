from odoo.tests import tagged

from odoo.addons.mfg_integration_core.tests.screens_case import ScreensCase

MEASURE = """
await action.doAction("mfg_integration_edge.mfg_line_screen_action");
await soon("cards", () => document.querySelectorAll(".o_mfg_line_card").length === 4);
await soon("full screen", () => !document.querySelector(".o_main_navbar"));
const screen = document.querySelector(".o_mfg_line_screen");
expect("width", [window.innerWidth, window.innerHeight <= 768], [1024, true]);
const walker = document.createTreeWalker(screen, NodeFilter.SHOW_TEXT);
const small = [];
let count = 0;
while (walker.nextNode()) {
    const node = walker.currentNode;
    const holder = node.parentElement;
    if (!node.textContent.trim() || !holder.getClientRects().length) {
        continue;
    }
    count += 1;
    if (parseFloat(getComputedStyle(holder).fontSize) < 32) {
        small.push(node.textContent.trim());
    }
}
expect("text below 32 px", small, []);
expect("enough text", count > 30, true);
expect("no scroll", screen.scrollHeight <= screen.clientHeight, true);
expect("no scroll sideways", screen.scrollWidth <= screen.clientWidth, true);
const box = screen.getBoundingClientRect();
expect("on the screen", box.bottom <= window.innerHeight && box.top >= 0, true);
for (const text of document.querySelectorAll(".o_mfg_line_card > div")) {
    expect(text.textContent, text.scrollHeight <= text.clientHeight + 1, true);
}
expect(
    "states",
    [...document.querySelectorAll(".o_mfg_line_card")].map(
        (card) => card.dataset.availability
    ),
    ["down", "running", "unknown", "unknown"]
);
expect("unknown", texts("[data-availability=unknown] .o_mfg_line_card_state b"), [
    "Unknown", "Unknown",
]);
"""

ONE_LINE = """
await action.doAction("mfg_integration_edge.mfg_line_action_screen");
const row = await soon("the line", () =>
    [...document.querySelectorAll(".o_data_row")].find((each) =>
        each.textContent.includes("Press Line")
    )
);
row.querySelector("button[name='action_mfg_open_screen']").click();
const title = await shown(".o_mfg_line_screen_title");
expect("title", title.textContent.includes("Press Line"), true);
expect("cards", texts(".o_mfg_line_card_name"), [workcenter]);
document.querySelector(".o_mfg_line_screen_leave").click();
await soon("the menus", () => document.querySelector(".o_main_navbar"));
await soon("the lines", () => document.querySelector(".o_data_row"));
"""


@tagged("post_install", "-at_install")
class TestBrowserLineScreen(ScreensCase):
    # With a comma, as Chromium wants it: 17.0 hands it on as it is.
    browser_size = "1024,768"

    def test_g10_line_screen_is_read_from_across_the_hall(self):
        for name, availability in (("Press", "running"), ("Saw", "unknown")):
            machine = self.scene.equipment(self.scene.workcenter(f"{name} Center"))
            machine._mfg_set_availability(availability)
        self.scene.equipment(self.scene.workcenter("Welding Center"))
        self.equipment._mfg_set_availability("down")
        theirs = self.env["maintenance.equipment"].search(
            [("mfg_workcenter_id", "!=", False)], order="id desc", limit=4
        )
        others = self.env["maintenance.equipment"].search(
            [("mfg_workcenter_id", "!=", False), ("id", "not in", theirs.ids)]
        )
        others.mfg_workcenter_id = False

        self.browse_as_admin(MEASURE)

    def test_g10_a_line_has_a_screen_of_its_own_and_a_way_to_it_and_back(self):
        press = self.scene.workcenter("Press Center")
        self.scene.equipment(press)
        self.scene.equipment(self.scene.workcenter("Saw Center"))
        plant = self.env["mfg.plant"].create(
            {"name": "Plant", "code": "PL", "company_id": self.env.company.id}
        )
        line = self.env["mfg.line"].create(
            {"name": "Press Line", "code": "PRL", "plant_id": plant.id}
        )
        press.mfg_line_id = line

        self.browse_as_admin(ONE_LINE, workcenter=press.display_name)
