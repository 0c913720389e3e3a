from odoo.tests import tagged

from .screens_case import ScreensCase

OPEN_CASE = """
const { action } = odoo.__WOWL_DEBUG__.root.env.services;
const read = (selector) =>
    [...document.querySelectorAll(selector)].map((node) => node.textContent.trim());
const expect = (what, found, wanted) => {
    if (JSON.stringify(found) !== JSON.stringify(wanted)) {
        throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
    }
};
const shown = async (selector) => {
    for (let tries = 0; tries < 100; tries++) {
        if (document.querySelector(selector)) {
            return document.querySelector(selector);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${selector} did not appear`);
};
await action.doAction({
    type: "ir.actions.act_window",
    res_model: "mfg.case",
    res_id: caseId,
    views: [[false, "form"]],
});
"""

READ_CHAIN = (
    OPEN_CASE
    + """
expect("titles", read(".o_mfg_timeline_title"), titles);
expect("elapsed", read(".o_mfg_timeline_elapsed").slice(0, 3), ["start", "+42 s", "+42 s"]);
expect("pause", read(".o_mfg_timeline_gap").length > 0, true);
"""
)

NARROW_CHAIN = (
    OPEN_CASE
    + """
const chips = [...document.querySelectorAll(".o_mfg_timeline_kind")];
chips.find((chip) => chip.textContent.includes("Holds")).click();
await shown(".o_mfg_timeline_kind.active");
expect("titles", read(".o_mfg_timeline_title"), titles);
"""
)

OPEN_ENTRY = (
    OPEN_CASE
    + """
document.querySelector(".o_mfg_timeline_open").click();
const title = await shown(".o_form_view .o_field_widget[name='event_type']");
expect("record", title.textContent.trim(), eventType);
"""
)

EMPTY_CASE = (
    OPEN_CASE
    + """
expect("hint", read(".o_mfg_timeline_empty .fw-bold"), ["Nothing has happened here yet"]);
"""
)


@tagged("post_install", "-at_install")
class TestBrowserCaseTimeline(ScreensCase):
    def titles(self, kind=None):
        """Titles of the timeline's entries in the order in which things happened."""
        return [
            entry["title"]
            for entry in self.case.timeline
            if not kind or entry["kind"] == kind
        ]

    def test_case_shows_the_chain_in_the_order_in_which_it_happened(self):
        self.given_event(0)
        self.given_message(42)
        self.given_hold(self.order)
        titles = self.titles()
        kinds = [entry["kind"] for entry in self.case.timeline]

        self.assertEqual(kinds[:3], ["event", "message", "attempt"])
        self.assertLess(kinds.index("attempt"), kinds.index("hold"))
        self.browse_as_admin(READ_CHAIN, caseId=self.case.id, titles=titles)

    def test_chip_narrows_the_chain_to_one_kind(self):
        self.given_event(0)
        self.given_hold(self.order)
        self.given_hold(self.equipment)

        holds = self.titles("hold")

        self.assertEqual(len(holds), 2)
        self.browse_as_admin(NARROW_CHAIN, caseId=self.case.id, titles=holds)

    def test_entry_opens_the_record_it_tells_of(self):
        event = self.given_event(0)

        self.browse_as_admin(
            OPEN_ENTRY, caseId=self.case.id, eventType=event.event_type
        )

    def test_case_without_any_trace_says_so(self):
        untold = self.env["mfg.case"].create({"correlation_id": "nothing-yet"})

        self.browse_as_admin(EMPTY_CASE, caseId=untold.id)
