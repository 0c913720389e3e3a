from datetime import datetime, timedelta, timezone

from odoo import fields
from odoo.tests import tagged

from ..protocols.arrival import Arrival
from .common import ManufacturingCase

LIMIT = "connector.clock_limit_s"
HOUR = timedelta(hours=1)


@tagged("post_install", "-at_install")
class TestClock(ManufacturingCase):
    """When something happened, came and was posted, and whose clock is wrong."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        warehouse = cls.order.picking_type_id.warehouse_id
        cls.plant = cls.scene.plant("Berlin", warehouses=warehouse, tz="Europe/Berlin")
        cls.line = cls.scene.line(cls.plant, workcenters=cls.workcenter)
        cls.connector = cls.env["mfg.connector"].create(
            {"name": "MES", "code": "clock-mes", "plant_id": cls.plant.id}
        )
        cls.connector.state = "live"

    def given_event(self, off=None, sent=None, at=None):
        """An event that a door has stored.

        :param off: what its time differs from now; no time where it is None
        """
        events = self.env["mfg.inbox.event"]
        number = events.search_count([("connector_id", "=", self.connector.id)])
        cloudevent = {
            "specversion": "1.0",
            "id": f"clock-{number}",
            "source": "/plants/berlin",
            "type": "mfg.ping.v1",
            "data": {},
        }
        moment = at or (off is not None and datetime.now(timezone.utc) + off)
        if moment:
            cloudevent["time"] = moment.isoformat()
        arrival = Arrival.of_cloudevent(cloudevent)
        (answer,) = events._accept(self.env.cr, self.connector, [arrival], sent=sent)
        return events.search([("uuid", "=", answer["uuid"])])

    def notes(self):
        notes = self.env["mfg.hub.note"].search(
            [("connector_id", "=", self.connector.id)], order="id"
        )
        return notes.mapped("kind")

    def let_pass(self, minutes):
        """Have all that came come so much earlier."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            UPDATE mfg_inbox_event
               SET received_at = received_at - %(span)s::interval,
                   create_date = create_date - %(span)s::interval
             WHERE connector_id = %(connector)s
            """,
            {"span": f"{minutes} minutes", "connector": self.connector.id},
        )
        self.env["mfg.inbox.event"].invalidate_model()

    # ------------------------------------------------------------------ events

    def test_b8_event_from_the_future_is_flagged_and_found_by_the_filter(self):
        event = self.given_event(HOUR)
        self.given_event(-HOUR)
        self.given_event(timedelta(seconds=20))
        self.given_event()

        self.assertAlmostEqual(event.clock_skew_s, 3600, delta=5)
        self.assertRegex(event.clock_told, "^(1 h|59 min 5. s) ahead$")
        wrong = [
            ("connector_id", "=", self.connector.id),
            ("clock_skew_s", "!=", 0),
        ]
        self.assertEqual(self.env["mfg.inbox.event"].search(wrong), event)

    def test_b8_all_times_are_kept_as_they_are(self):
        event = self.given_event(HOUR)

        self.assertGreater(event.event_time, event.received_at)
        self.assertFalse(event.posted_at)
        self.assertEqual(
            event._progress()["event_time"], f"{event.event_time.isoformat()}Z"
        )

    def test_b8_event_from_the_future_counts_as_of_when_it_came(self):
        ahead, late = self.given_event(HOUR), self.given_event(-HOUR)

        self.assertEqual(ahead.said_at, ahead.received_at)
        self.assertEqual(late.said_at, late.event_time)

    def test_b8_signed_moment_of_sending_tells_a_clock_that_is_behind(self):
        sent = fields.Datetime.now() - timedelta(seconds=200)

        event = self.given_event(-HOUR, sent=sent)

        self.assertAlmostEqual(event.clock_skew_s, -200, delta=5)
        self.assertRegex(event.clock_told, "behind$")

    def test_b8_limit_is_the_nearest_setting_unless_the_connector_has_its_own(self):
        self.env["mfg.setting"]._set(LIMIT, self.plant, 7200)
        self.assertFalse(self.given_event(HOUR).clock_skew_s)

        self.connector.clock_limit_s = 600

        self.assertTrue(self.given_event(HOUR).clock_skew_s)

    def test_b8_story_of_an_event_tells_that_the_clock_is_wrong(self):
        story = self.given_event(HOUR).story

        self.assertIn("clock is", story[0]["detail"])

    # --------------------------------------------------------------- connector

    def test_b8_connector_shows_the_worst_of_the_last_day(self):
        self.given_event(HOUR)
        self.given_event(2 * HOUR)

        told = self.connector.clock_told

        self.assertRegex(told, "^up to (2 h|1 h 59 min) ahead")
        self.assertTrue(told.endswith(": 2"), told)
        self.let_pass(25 * 60)
        self.connector.invalidate_recordset()
        self.assertFalse(self.connector.clock_told)

    def test_b8_wrong_clock_is_noted_once_while_it_lasts_and_once_when_it_is_over(self):
        connectors = self.env["mfg.connector"]
        for _round in range(2):
            self.given_event(HOUR)
            connectors._watch_clocks()
        self.assertEqual(self.notes(), ["trouble"])
        self.assertTrue(self.connector.clock_off_since)

        self.given_event(timedelta())
        connectors._watch_clocks()
        self.assertEqual(self.notes(), ["trouble"], "it was wrong just now")

        self.let_pass(20)
        connectors._watch_clocks()
        self.assertEqual(self.notes(), ["trouble"], "silence proves nothing")

        self.given_event(timedelta())
        connectors._watch_clocks()
        self.assertEqual(self.notes(), ["trouble", "recovered"])
        self.assertFalse(self.connector.clock_off_since)

    # ------------------------------------------------------------------ shifts

    def given_three_shifts(self):
        """A working schedule of a plant that never stops."""
        lines = ((0, 6, "Night"), (6, 14, "Early"), (14, 22, "Late"), (22, 24, "Night"))
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Three shifts",
                # Another clock than the plant's, which decides.
                "tz": "America/New_York",
                "attendance_ids": [(5, 0, 0)]
                + [
                    (
                        0,
                        0,
                        {
                            "name": name,
                            "dayofweek": str(weekday),
                            "hour_from": begin,
                            "hour_to": end,
                            "day_period": "morning",
                        },
                    )
                    for weekday in range(7)
                    for begin, end, name in lines
                ],
            }
        )
        self.workcenter.resource_calendar_id = calendar
        return calendar

    def test_b8_shift_is_taken_from_the_event_time_by_the_clock_of_the_plant(self):
        self.given_three_shifts()
        # 23:30 of the day before in Berlin.
        event = self.given_event(at=datetime(2026, 3, 2, 22, 30, tzinfo=timezone.utc))
        event.write({"res_model": "mrp.production", "res_id": self.order.id})

        shift = self.env["mfg.shift"]._at(event, event.said_at)

        self.assertEqual((shift.name, str(shift.day)), ("Night", "2026-03-02"))
        self.assertTrue(event.shift.startswith("Night, "), event.shift)

    def test_b8_night_of_a_clock_change_is_one_shift_of_nine_hours(self):
        self.given_three_shifts()

        shift = self.env["mfg.shift"]._at(
            self.order.workorder_ids, datetime(2026, 10, 25, 4)
        )

        self.assertEqual((shift.name, str(shift.day)), ("Night", "2026-10-24"))
        self.assertEqual(shift.end - shift.begin, 9 * HOUR)

    def test_b8_hold_and_timeline_tell_the_shift(self):
        self.given_three_shifts()
        hold = self.given_hold(self.order)

        self.assertRegex(hold.shift, "^(Night|Early|Late), ")
        timeline = self.env["mfg.timeline"].create(
            {"res_model": "mrp.production", "res_id": self.order.id}
        )
        shifts = [each["shift"] for each in timeline.timeline if each["kind"] == "hold"]
        self.assertEqual(shifts, [hold.shift])

    def test_b8_nobody_works_at_night_where_the_schedule_says_so(self):
        calendar = self.given_three_shifts()
        calendar.attendance_ids.filtered(lambda line: line.name == "Night").unlink()

        self.assertIsNone(
            self.env["mfg.shift"]._at(self.workcenter, datetime(2026, 3, 2, 1))
        )
