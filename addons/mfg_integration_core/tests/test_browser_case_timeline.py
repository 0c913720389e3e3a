from odoo.tests import tagged

from .screens_case import ScreensCase

READ_CHAIN = """
await openForm("mfg.case", caseId);
expect("titles", texts(".o_mfg_timeline_title"), titles);
expect("elapsed", texts(".o_mfg_timeline_elapsed").slice(0, 3), elapsed);
// Around midnight a new day stands for the pause, or beside it.
const breaks = ".o_mfg_timeline_gap, .o_mfg_timeline_day:not(:first-child)";
const pauses = document.querySelectorAll(breaks).length;
expect("a pause is shown", pauses >= 1 && pauses <= 2, true);
"""

NARROW_CHAIN = """
await openForm("mfg.case", caseId);
const chips = [...document.querySelectorAll(".o_mfg_timeline_kind")];
chips.find((chip) => chip.textContent.includes("Holds")).click();
await shown(".o_mfg_timeline_kind.active");
expect("titles", texts(".o_mfg_timeline_title"), titles);
"""

OPEN_ENTRY = """
await openForm("mfg.case", caseId);
document.querySelector(".o_mfg_timeline_open").click();
await shown(".o_form_view .o_field_widget[name='event_type']");
expect("type", texts(".o_form_view .o_field_widget[name='event_type']"), [eventType]);
"""

EMPTY_CASE = """
await openForm("mfg.case", caseId);
expect("hint", texts(".o_mfg_timeline_empty .fw-bold"), [
    "Nothing has happened here yet",
]);
"""


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
        self.browse_as_admin(
            READ_CHAIN,
            caseId=self.case.id,
            titles=titles,
            elapsed=["start", "+42 s", "+42 s"],
        )

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
