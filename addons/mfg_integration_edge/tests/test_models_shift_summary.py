from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo import Command

from .common import count, state
from .states_case import NINE, StatesCase

TYPE = "mfg.workcenter.shift_summary.v1"


class TestShiftSummary(StatesCase):
    """An early shift from six to two, with a break at ten, by the clock of Berlin."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        calendar = cls.env["resource.calendar"].create(
            {
                "name": "Early",
                "tz": "Europe/Berlin",
                "attendance_ids": [
                    Command.create(
                        {
                            "name": "Early",
                            "dayofweek": str(weekday),
                            "day_period": "morning",
                            "hour_from": begin,
                            "hour_to": end,
                        }
                    )
                    for weekday in range(7)
                    for begin, end in ((6, 10), (10.5, 14))
                ],
            }
        )
        cls.workcenter.resource_calendar_id = calendar
        cls.bom.operation_ids.time_cycle_manual = 1

    def summarise(self, day=3):
        """All shifts that have ended by the morning of that day of March."""
        now = datetime(2026, 3, day, 4)
        self.env["mfg.shift.summary"]._summarise(self.workcenter, now)
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["mfg.shift.summary"].search(
            [("workcenter_id", "=", self.workcenter.id)], order="begins_at"
        )

    def subscribed(self):
        """Somebody who wants to know."""
        mes = self.env["mfg.connector"].create(
            {"name": "MES", "code": "mes-summary", "state": "live"}
        )
        self.env["mfg.subscription"].create(
            {
                "connector_id": mes.id,
                "event_type_id": self.env.ref(
                    "mfg_integration_edge.mfg_event_type_shift_summary"
                ).id,
            }
        )
        return mes

    def messages_to(self, connector):
        messages = self.env["mfg.outbox.message"].search(
            [("connector_id", "=", connector.id), ("event_type", "=", TYPE)], order="id"
        )
        return [message.snapshot["data"] for message in messages]

    # Six in Berlin is five UTC: four hours before nine.

    def test_g10_time_elements_of_a_shift_follow_from_the_states(self):
        self.tell(-4 * 3600, "Execute")
        self.tell(0, "Held")
        self.tell(1800, "Execute")

        summary = self.summarise()

        self.assertRecordValues(
            summary,
            [
                {
                    "shift": "Early",
                    "day": date(2026, 3, 2),
                    "begins_at": NINE - timedelta(hours=4),
                    "ends_at": NINE + timedelta(hours=4),
                    "planned_busy_s": 7.5 * 3600,
                    "production_s": 7.5 * 3600,
                    "down_s": 0,
                    "unknown_s": 0,
                    "stop_count": 1,
                    "is_complete": True,
                    "version": 1,
                }
            ],
        )
        self.assertEqual(summary.state_seconds, {"Execute": 27000, "Held": 1800})

    def test_g10_unknown_time_stays_unknown_and_the_figure_is_marked(self):
        self.tell(-3 * 3600, "Execute")
        self.robot._mfg_state_unknown(self.at(-2 * 3600), "No sign of life")
        self.tell(-3600, "Held")
        self.tell(3600, "Execute")

        summary = self.summarise()

        self.assertEqual(summary.unknown_s, 2 * 3600)
        self.assertEqual(summary.down_s, 1.5 * 3600)
        self.assertEqual(summary.production_s, 4 * 3600)
        self.assertEqual(summary.state_seconds["Unknown"], 2 * 3600)
        self.assertNotIn("Idle", summary.state_seconds)
        self.assertFalse(summary.is_complete)
        self.assertAlmostEqual(summary.availability, 4 / 5.5)
        self.assertIsNone(summary.figures["quality"])
        self.assertIsNone(summary.figures["oee"])

    def test_g10_figures_follow_from_states_counts_and_the_cycle_time(self):
        self.tell(-4 * 3600, "Execute")
        self.tell(3600, "Held")
        self.tell(5400, "Execute")
        self.handle(count("c1", good=95, scrap=5, job_order=self.order.name))

        summary = self.summarise()

        self.assertEqual((summary.good_quantity, summary.scrap_quantity), (95, 5))
        self.assertEqual(summary.planned_run_s, 100 * 60)
        self.assertEqual(
            summary.figures,
            {
                # It ran through the break, which is production as well.
                "availability": 27000 / 28800,
                "effectiveness": 6000 / 27000,
                "quality": 0.95,
                "oee": 27000 / 28800 * (6000 / 27000) * 0.95,
            },
        )

    def test_g10_window_across_the_end_of_a_shift_counts_where_it_was_made(self):
        self.tell(-4 * 3600, "Execute")
        end = 4 * 3600
        in_time = count("c1", good=10, job_order=self.order.name)
        after = count("c2", good=3, job_order=self.order.name)
        in_time["time"], after["time"] = self.moment(end - 60), self.moment(end + 60)
        self.given_batch(in_time)
        self.handle(after)
        self.assertEqual(self.windows()[-1].good_quantity, 13)

        summary = self.summarise()

        self.assertEqual(summary.good_quantity, 10)
        self.assertFalse(self.of_late_counts())

    def test_late_count_makes_a_new_version(self):
        self.tell(-4 * 3600, "Execute")
        summary = self.summarise()
        self.handle(count("c1", good=10, job_order=self.order.name))

        self.assertTrue(summary.is_due)
        self.summarise()

        self.assertRecordValues(summary, [{"version": 2, "good_quantity": 10}])
        self.assertFalse(self.of_late_counts())

    def test_count_that_could_not_see_the_summary_yet_is_found_by_comparing(self):
        self.tell(-4 * 3600, "Execute")
        summary = self.summarise()
        self.handle(count("c1", good=10, job_order=self.order.name))
        # As it is when both were under way at the same time.
        summary.is_due = False

        self.assertEqual(self.of_late_counts(), summary)

    def test_count_that_comes_after_weeks_makes_a_new_version(self):
        self.tell(-4 * 3600, "Execute")
        summary = self.summarise()
        summary.computed_at -= timedelta(weeks=8)
        self.given_batch(count("c1", good=10))
        self.aggregate()

        self.summarise()

        self.assertRecordValues(summary, [{"version": 2, "good_quantity": 10}])

    def test_shifts_of_long_ago_are_not_compared_again(self):
        self.tell(-4 * 3600, "Execute")
        summary = self.summarise()
        self.handle(count("c1", good=10, job_order=self.order.name))
        summary.write({"is_due": False, "computed_at": self.at(4 * 3600)})

        self.assertFalse(self.of_late_counts())

    def of_late_counts(self):
        return self.env["mfg.shift.summary"]._of_late_counts(datetime.utcnow())

    def test_late_state_makes_a_new_version_that_is_told(self):
        mes = self.subscribed()
        self.tell(-4 * 3600, "Execute")
        self.summarise()

        self.tell(3600, "Held")
        self.tell(5400, "Execute")
        summary = self.summarise()

        self.assertRecordValues(summary, [{"version": 2, "down_s": 1800}])
        versions = [
            (each["version"], each["down_time_s"]) for each in self.messages_to(mes)
        ]
        self.assertEqual(versions, [(1, 0), (2, 1800)])
        contracts = self.env["mfg.event.type"]._contracts()
        for data in self.messages_to(mes):
            contracts.check(TYPE, data)

    def test_late_state_that_changes_nothing_is_no_new_version(self):
        mes = self.subscribed()
        self.tell(-4 * 3600, "Execute")
        self.summarise()

        self.tell(3600, "Execute")

        self.assertEqual(self.summarise().version, 1)
        self.assertEqual(len(self.messages_to(mes)), 1)

    def test_shift_without_any_word_is_summed_up_as_well(self):
        self.tell(-4 * 3600, "Execute")

        summaries = self.summarise(day=5)

        self.assertEqual(
            summaries.mapped("day"), [date(2026, 3, day) for day in (2, 3, 4)]
        )
        self.assertEqual(self.summarise(day=5), summaries)

    # ------------------------------------------------------------------- places

    def given_move(self, second):
        """The robot is moved to another line at that second; the line."""
        other = self.workcenter.copy({"name": "Assembly Line 2"})
        with freeze_time(self.at(second)):
            self.robot.mfg_workcenter_id = other
        return other

    def summaries_of(self, workcenter, day):
        home, self.workcenter = self.workcenter, workcenter
        try:
            return self.summarise(day)
        finally:
            self.workcenter = home

    def test_g10_machine_that_is_moved_leaves_behind_what_it_did_before(self):
        mes = self.subscribed()
        self.tell(-4 * 3600, "Execute")
        self.handle(count("c1", good=10, job_order=self.order.name))
        mine = self.summarise()
        other = self.given_move(20 * 3600)
        self.tell(21 * 3600, "Execute")

        late = count("c2", good=3, job_order=self.order.name)
        late["time"] = self.moment(600)
        self.handle(late)
        self.assertFalse(self.of_late_counts() - mine)
        mine = self.summarise(day=4)
        theirs = self.summaries_of(other, day=4)

        self.assertRecordValues(mine, [{"version": 2, "good_quantity": 13}])
        self.assertRecordValues(
            theirs, [{"day": date(2026, 3, 3), "version": 1, "unknown_s": 0}]
        )
        told = [(said["day"], said["version"]) for said in self.messages_to(mes)]
        self.assertEqual(
            told, [("2026-03-02", 1), ("2026-03-02", 2), ("2026-03-03", 1)]
        )

    def test_g10_machine_that_is_moved_in_a_shift_is_in_each_for_its_time(self):
        self.tell(-4 * 3600, "Execute")
        other = self.given_move(0)
        self.handle(count("c1", good=10, job_order=self.order.name))

        mine, theirs = self.summarise(), self.summaries_of(other, day=3)

        # It ran through the break at nine UTC, and has counted at 9:40.
        self.assertRecordValues(
            mine | theirs,
            [
                {"production_s": 4 * 3600, "good_quantity": 0},
                {"production_s": 4 * 3600, "good_quantity": 10},
            ],
        )
        self.assertEqual(self.summarise(day=6), mine)

    def test_h5_late_state_belongs_to_where_the_machine_stood_then(self):
        self.tell(-4 * 3600, "Execute")
        mine = self.summarise()
        self.given_move(20 * 3600)

        self.tell(3600, "Held", historical=True)
        self.tell(5400, "Execute", historical=True)
        self.summarise()

        self.assertRecordValues(mine, [{"version": 2, "down_s": 1800}])

    def test_g10_machine_that_is_archived_is_in_no_shift_from_then_on(self):
        self.tell(-4 * 3600, "Execute")
        with freeze_time(self.at(20 * 3600)):
            self.robot.active = False

        self.assertEqual(self.summarise(day=6).mapped("day"), [date(2026, 3, 2)])

    def test_g10_clock_that_is_wrong_by_decades_makes_no_summaries_of_them(self):
        self.env["mfg.setting"]._set("retention.history_days", self.env.company, 3)
        first = state("first", "Execute")
        first["time"] = "1970-01-01T00:00:00Z"
        self.handle(first)

        days = self.summarise(day=5).mapped("day")

        self.assertEqual(days, [date(2026, 3, day) for day in (2, 3, 4)])

    def test_screen_of_the_line_shows_what_is_known_only(self):
        self.tell(-3600, "Execute", job_order=self.order.name)
        shown = self.env["mrp.workcenter"].get_mfg_line_screen()
        (mine,) = (
            each for each in shown["workcenters"] if each["id"] == self.workcenter.id
        )
        self.assertEqual(mine["availability"], "running")
        self.assertEqual(mine["order"], self.order.name)
        self.assertEqual(mine["since"], "2026-03-02T08:00:00Z")

        self.robot._mfg_state_unknown(self.at(0), "No sign of life")

        self.assertEqual(self.workcenter._mfg_shown_on_screen()["state"], "Unknown")

    def test_screen_of_the_line_leaves_out_where_no_machine_is_left(self):
        self.robot.active = False

        shown = self.env["mrp.workcenter"].get_mfg_line_screen()

        self.assertNotIn(
            self.workcenter.id, [each["id"] for each in shown["workcenters"]]
        )
