from datetime import timedelta

from freezegun import freeze_time
from pytz import timezone, utc

from odoo import fields

from odoo.addons.mfg_integration_core.exceptions import (
    MissingReferenceError,
    UnmappedValueError,
)

from .states_case import StatesCase

OVERHEATED = {"code": "SRV-4107", "severity": "critical"}


class TestStop(StatesCase):
    def test_a_stop_is_one_entry_of_the_productivity_log(self):
        self.tell(0, "Execute")
        self.tell(10.5, "Held")
        self.tell(100, "Unholding")
        self.tell(110.25, "Execute")

        self.assertEqual(self.stops(), [(10.5, 110.25)])
        self.assertRecordValues(
            self.log(),
            [
                {
                    "date_start": self.at(10.5),
                    "date_end": self.at(110.25),
                    "loss_id": self.env.ref("mfg_integration_edge.loss_unexplained").id,
                    "description": "Assembly Robot R1: Held",
                }
            ],
        )

    def test_a_stop_is_named_by_the_time_of_who_reads(self):
        self.tell(0, "Execute")
        self.tell(10, "Held")
        self.tell(100, "Execute")
        stop = self.env["mfg.edge.stop"].search(
            [("equipment_id", "=", self.robot.id)], limit=1
        )

        names = {
            zone: stop.with_context(tz=zone).display_name
            for zone in ("UTC", "Asia/Kolkata")
        }

        for zone, name in names.items():
            local = stop.began_at.replace(tzinfo=utc).astimezone(timezone(zone))
            self.assertIn(f"{local:%M:%S}", name)

    def test_a_short_standstill_is_no_stop(self):
        self.tell(0, "Execute")
        self.tell(10, "Held")
        self.tell(69.9, "Execute")

        self.assertFalse(self.stops())
        self.assertFalse(self.log())

    def test_the_shortest_stop_is_a_setting(self):
        self.env["mfg.setting.value"].create(
            {"key": "stop.minimum_s", "level": "global", "content": "5"}
        )
        self.tell(0, "Execute")
        self.tell(10, "Held")
        self.tell(15, "Execute")

        self.assertEqual(self.stops(), [(10, 15)])

    def test_the_sweeper_finds_the_stop_of_a_machine_that_says_nothing_further(self):
        now = fields.Datetime.now()
        stops, history = self.env["mfg.edge.stop"], self.env["mfg.edge.state"]
        history._record(self.robot, now - timedelta(seconds=40), "Execute")
        history._record(self.robot, now - timedelta(seconds=30), "Held")
        self.assertFalse(stops._standing(now))

        later = now + timedelta(seconds=30)
        ((equipment_id, at),) = stops._standing(later)
        stops._follow(self.robot, at, later)

        self.assertEqual(equipment_id, self.robot.id)
        self.assertEqual(
            stops._between(self.robot, None, None).mapped("ended_at"), [False]
        )
        self.assertFalse(stops._standing(later))

    def test_an_open_stop_is_seen_and_keeps_nobody_from_starting_work(self):
        self.tell(0, "Execute")
        self.tell(10, "Held")

        self.assertEqual(self.stops(), [(10, False)])
        self.assertEqual(self.log().mapped("date_end"), [False])
        self.assertEqual(self.workcenter.working_state, "normal")
        self.order.workorder_ids.button_start()
        self.assertEqual(self.order.workorder_ids.state, "progress")

    def test_the_end_closes_the_same_entry(self):
        self.tell(0, "Execute")
        self.tell(10, "Held")
        entry = self.log()

        self.tell(200, "Execute")

        self.assertEqual(self.log(), entry)
        self.assertEqual(entry.date_end, self.at(200))

    def test_a_late_state_corrects_the_same_entry(self):
        self.tell(0, "Execute")
        self.tell(50, "Held")
        self.tell(200, "Execute")
        entry = self.log()

        self.tell(10, "Holding")
        self.tell(150, "Execute")

        self.assertEqual(self.log(), entry)
        self.assertEqual(
            (entry.date_start, entry.date_end), (self.at(10), self.at(150))
        )
        self.assertEqual(self.stops(), [(10, 150)])

    def test_a_late_run_cuts_a_stop_in_two(self):
        self.tell(0, "Stopped")
        self.tell(1000, "Execute")
        entry = self.log()

        self.tell(300, "Execute")
        self.tell(400, "Held")

        self.assertEqual(self.stops(), [(0, 300), (400, 1000)])
        self.assertEqual(len(self.log()), 2)
        self.assertEqual(self.log()[0], entry)

    def test_what_was_no_stop_after_all_leaves_the_log(self):
        self.tell(0, "Stopped")
        self.tell(100, "Execute")

        self.tell(40, "Execute")
        self.assertFalse(self.stops())
        self.assertFalse(self.log())

    def test_silence_ends_a_stop_and_says_so(self):
        self.tell(0, "Held")
        self.robot._mfg_state_unknown(self.at(300), "No sign of life")

        stop = self.env["mfg.edge.stop"].search([("equipment_id", "=", self.robot.id)])
        self.assertTrue(stop.is_lost)
        self.assertEqual(self.log().date_end, self.at(300))

    def test_a_machine_without_a_work_center_has_stops_all_the_same(self):
        self.robot.mfg_workcenter_id = False
        self.tell(0, "Held")
        self.tell(100, "Execute")

        self.assertEqual(self.stops(), [(0, 100)])
        self.assertFalse(self.log())

    # ------------------------------------------------------------------- fault

    def test_a_fault_and_its_stop_are_one_entry(self):
        self.tell(0, "Execute", job_order=self.order.name)
        self.tell(10, "Holding")

        self.tell(12, "Aborted", fault=OVERHEATED)

        self.assertEqual(self.stops(), [(10, False)])
        self.assertEqual(self.workcenter.working_state, "blocked")
        entry = self.log()
        self.assertEqual(len(entry), 1)
        self.assertEqual(entry.date_start, self.at(10))
        self.assertFalse(entry.date_end)

    def test_a_stop_that_becomes_a_fault_stays_one_entry(self):
        self.tell(0, "Execute")
        self.tell(10, "Held")

        self.tell(100, "Aborted", fault=OVERHEATED)

        self.assertEqual(len(self.log()), 1)
        self.assertEqual(self.workcenter.working_state, "blocked")

    def test_repair_unblocks_and_the_stop_goes_on_until_the_machine_produces(self):
        self.tell(0, "Execute")
        request = self.tell(10, "Aborted", fault=OVERHEATED)
        entry = self.log()

        with freeze_time(self.at(300)):
            request.stage_id = self.env["maintenance.stage"].search(
                [("done", "=", True)], limit=1
            )
        self.assertEqual(self.workcenter.working_state, "normal")
        self.assertFalse(entry.date_end)

        self.tell(500, "Execute")
        self.assertEqual(self.log(), entry)
        self.assertEqual(entry.date_end, self.at(500))
        self.assertEqual(self.stops(), [(10, 500)])

    def test_a_short_fault_is_a_stop_and_its_block_lasts_until_the_repair(self):
        self.tell(0, "Execute")
        self.tell(10, "Aborted", fault=OVERHEATED)

        self.tell(20, "Execute")

        self.assertEqual(self.stops(), [(10, 20)])
        self.assertEqual(len(self.log()), 1)
        self.assertFalse(self.log().date_end)
        self.assertEqual(self.workcenter.working_state, "blocked")

    # ---------------------------------------------------------- what people record

    def given_entry(self, begin, end):
        """A downtime that a person has recorded; ``end`` None: it blocks."""
        loss = self.env["mrp.workcenter.productivity.loss"].create(
            {
                "name": "Cleaning",
                "loss_id": self.env.ref("mrp.category_availability").id,
            }
        )
        return self.env["mrp.workcenter.productivity"].create(
            {
                "workcenter_id": self.workcenter.id,
                "company_id": self.env.company.id,
                "loss_id": loss.id,
                "date_start": self.at(begin),
                "date_end": end is not None and self.at(end),
            }
        )

    def times(self):
        """``[(begin, end)]`` of the downtimes, in seconds after nine."""
        return [
            (
                (entry.date_start - self.at(0)).total_seconds(),
                entry.date_end and (entry.date_end - self.at(0)).total_seconds(),
            )
            for entry in self.log()
        ]

    def test_a_downtime_that_a_person_recorded_stays_beside_a_stop_that_begins_in_it(
        self,
    ):
        self.given_entry(0, 1800)

        self.tell(1500, "Held")
        self.tell(5400, "Execute")

        self.assertEqual(self.times(), [(0, 1800), (1500, 5400)])
        self.assertEqual(len(self.log().mfg_stop_id), 1)

    def test_a_downtime_that_a_person_recorded_around_a_stop_is_its_entry(self):
        entry = self.given_entry(0, 1800)

        self.tell(100, "Held")
        self.tell(900, "Execute")

        self.assertEqual(self.times(), [(0, 1800)])
        self.assertEqual(entry.mfg_stop_id.block_ended_at, self.at(1800))
        self.assertEqual(self.workcenter.working_state, "normal")

    def test_a_stop_that_grows_beyond_what_a_person_recorded_loses_nothing(self):
        self.given_entry(0, 1800)
        self.tell(100, "Held")
        self.tell(900, "Execute")

        self.env["mfg.edge.state"].search([("at", "=", self.at(900))]).unlink()
        self.tell(2500, "Execute")

        self.assertEqual(self.stops(), [(100, 2500)])
        self.assertEqual(self.times(), [(0, 2500)])

    def test_a_block_that_goes_on_keeps_the_time_before_the_stop(self):
        self.given_entry(0, None)

        self.tell(1500, "Held")
        self.assertEqual(self.times(), [(0, False)])
        with freeze_time(self.at(1800)):
            self.workcenter.unblock()
        self.assertEqual(self.times(), [(0, False)])
        self.tell(5400, "Execute")

        self.assertEqual(self.times(), [(0, 5400)])

    def test_a_block_outlives_a_stop_that_was_none(self):
        self.given_entry(0, None)
        self.tell(1500, "Held")
        with freeze_time(self.at(1800)):
            self.workcenter.unblock()

        self.tell(1500.5, "Execute")

        self.assertFalse(self.stops())
        self.assertEqual(self.times(), [(0, 1800)])

    def test_h5_back_filled_stop_leaves_what_people_recorded_of_that_day(self):
        self.given_entry(0, 1800)

        self.tell(1500, "Held", historical=True)
        self.tell(5400, "Execute", historical=True)

        self.assertEqual(self.times(), [(0, 1800), (1500, 5400)])

    # ------------------------------------------------------------------ reason

    def test_a_late_reason_corrects_the_same_entry(self):
        jam = self.given_reason("JAM")
        self.tell(0, "Held")
        self.tell(100, "Execute")
        entry = self.log()

        self.tell_reason(50, "JAM", told_at=3000, text="Cover jammed", operator="p.m")

        self.assertEqual(self.log(), entry)
        self.assertRecordValues(
            entry, [{"loss_id": jam.id, "description": "Cover jammed"}]
        )
        self.assertRecordValues(
            entry.mfg_stop_id, [{"reason_code": "JAM", "reason_by": "p.m"}]
        )

    def test_the_newest_word_about_a_stop_counts(self):
        jam, tool = self.given_reason("JAM"), self.given_reason("TOOL", "Tool Change")
        self.tell(0, "Held")
        self.tell(100, "Execute")

        self.tell_reason(50, "TOOL", told_at=3000)
        self.tell_reason(50, "JAM", told_at=2000)

        self.assertEqual(self.log().loss_id, tool)
        self.assertTrue(jam)

    def test_a_reason_that_nobody_mapped_waits_and_is_not_guessed(self):
        self.tell(0, "Held")
        self.tell(100, "Execute")

        with self.assertRaises(UnmappedValueError) as refused:
            self.tell_reason(50, "???")

        self.assertEqual(
            (refused.exception.value_map, refused.exception.word), ("loss", "???")
        )
        self.assertEqual(
            self.log().loss_id, self.env.ref("mfg_integration_edge.loss_unexplained")
        )

    def test_a_reason_before_its_stop_waits_until_the_stop_is_there(self):
        self.given_reason("JAM")
        reason = self.given_batch_event(self.reason(500, "JAM"))
        reason.state = "processing"
        with self.assertRaises(MissingReferenceError) as refused:
            reason.with_user(self.connector.user_id)._handle_as_user()
        reason.write(
            {
                "state": "waiting",
                "waiting_model": refused.exception.model,
                "waiting_key": refused.exception.key,
            }
        )
        self.env.flush_all()

        self.tell(0, "Held")

        reason.invalidate_recordset()
        self.assertEqual(reason.state, "retry")

    def test_the_reason_of_a_state_goes_its_own_way(self):
        jam = self.given_reason("JAM")
        self.tell(0, "Held", reason="JAM")
        self.tell(100, "Execute")
        passed_on = self.inbox().filtered(
            lambda event: event.event_type == "mfg.machine.downtime_reason.v1"
        )
        self.assertEqual(passed_on.subject, "ASSY-R1/downtime")

        passed_on.state = "processing"
        passed_on.with_user(self.connector.user_id)._handle_as_user()

        self.assertEqual(self.log().loss_id, jam)

    def test_duration_is_exact_to_the_microsecond(self):
        self.tell(0, "Held")
        self.tell(100.000123, "Execute")

        stop = self.env["mfg.edge.stop"].search([("equipment_id", "=", self.robot.id)])
        self.env.invalidate_all()
        self.assertEqual(
            stop.ended_at - stop.began_at, timedelta(seconds=100, microseconds=123)
        )
