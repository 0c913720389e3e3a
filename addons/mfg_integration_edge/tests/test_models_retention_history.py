from datetime import timedelta
from uuid import uuid4

from odoo import fields

from ..models import mfg_edge_retention
from ..models.mfg_edge_retention_history import SETTING
from .common import EdgeCase

#: More days than the history is kept unless somebody says otherwise.
LONG = 800


class TestRetentionHistory(EdgeCase):
    def setUp(self):
        super().setUp()
        self.now = fields.Datetime.now()

    def ago(self, days):
        return self.now - timedelta(days=days)

    # ------------------------------------------------------------------- given

    def given_state(self, days, name):
        """The robot has been in a state from so many days ago on; if it is taken."""
        return self.env["mfg.edge.state"]._record(
            self.robot, self.ago(days), name, event_uuid=uuid4().hex
        )

    def given_history(self):
        """Two years ago it stood for a day; it has run since, but for yesterday."""
        for days, name in (
            (LONG, "Execute"),
            (LONG - 5, "Held"),
            (LONG - 6, "Execute"),
            (1, "Held"),
            (0.5, "Execute"),
        ):
            self.given_state(days, name)
        self.given_recorded_then()

    def given_recorded_then(self):
        """All states were told when they began."""
        self.env.cr.execute("UPDATE mfg_edge_state SET recorded_at = at")

    def given_no_entries(self):
        """Somebody has deleted the entries of the productivity log."""
        self.stops().productivity_ids.unlink()

    def given_summary(self, days, **values):
        """The summary of a shift of eight hours that began so many days ago."""
        begin = self.ago(days)
        return self.env["mfg.shift.summary"].create(
            {
                "workcenter_id": self.workcenter.id,
                "shift": "Early",
                "day": begin.date(),
                "begins_at": begin,
                "ends_at": begin + timedelta(hours=8),
                **values,
            }
        )

    def given_device(self):
        return self.env["mfg.edge.device"].create(
            {"name": "Box", "connector_id": self.connector.id, "source": "/box"}
        )

    # -------------------------------------------------------------------- when

    def retain(self):
        """What the cron does, in this transaction instead of many of its own."""
        self.env.flush_all()
        done = self.env["mfg.edge.event"]._retain(lambda work: work(self.env))
        self.env.invalidate_all()
        return done

    # -------------------------------------------------------------------- then

    def states(self):
        """Since how many days the robot was in which state, in order of time."""
        points = self.env["mfg.edge.state"].search(
            [("equipment_id", "=", self.robot.id)], order="at"
        )
        return [
            (round((self.now - point.at) / timedelta(days=1), 1), point.state)
            for point in points
        ]

    def stops(self):
        return self.env["mfg.edge.stop"].search([("equipment_id", "=", self.robot.id)])

    # ---------------------------------------------------------- states and stops

    def test_h1_old_states_go_from_before_the_last_one_that_ended_a_stop(self):
        self.given_history()

        self.assertTrue(self.retain())

        self.assertEqual(
            self.states(), [(LONG - 6, "Execute"), (1, "Held"), (0.5, "Execute")]
        )

    def test_h1_states_of_a_stop_that_is_open_stay(self):
        self.given_state(LONG, "Idle")
        self.given_state(LONG - 1, "Execute")
        self.given_state(LONG - 2, "Held")
        self.given_state(LONG - 3, "Aborted")
        self.given_recorded_then()

        self.retain()

        self.assertEqual(len(self.states()), 3)
        self.assertEqual(
            self.stops().filtered(lambda one: not one.ended_at).state, "Held"
        )

    def test_h1_a_stop_stays_as_long_as_its_entry_in_the_productivity_log(self):
        self.given_history()
        self.retain()
        self.assertEqual(len(self.stops()), 2)

        self.given_no_entries()
        self.retain()

        self.assertEqual(self.stops().began_at, self.ago(1))

    def test_h1_a_state_that_comes_after_its_time_was_forgotten_changes_nothing(self):
        self.given_history()
        self.retain()
        before, entries = self.states(), self.stops().productivity_ids

        is_taken = self.given_state(LONG - 4, "Aborted")
        self.env["mfg.edge.stop"]._follow(self.robot, self.ago(LONG - 4))

        self.assertFalse(is_taken)
        self.assertEqual(self.states(), before)
        self.assertEqual(self.stops().productivity_ids, entries)

    def test_h1_states_of_a_shift_that_is_summed_up_again_stay(self):
        self.given_history()
        self.given_summary(LONG - 5, is_due=True)

        self.retain()

        self.assertEqual(len(self.states()), 5)

    def test_h1_states_of_shifts_that_nobody_summed_up_yet_stay(self):
        self.given_history()
        self.given_summary(LONG - 5)

        self.retain()

        self.assertEqual(len(self.states()), 5)

    def test_h1_a_shift_whose_states_are_gone_is_not_summed_up_again(self):
        self.given_history()
        old = self.given_summary(LONG - 5, version=1, down_s=3600)
        self.given_summary(10)
        self.retain()
        self.assertEqual(len(self.states()), 3)
        old.is_due = True

        old._correct([(old.begins_at, old.ends_at)])

        self.assertRecordValues(old, [{"version": 1, "down_s": 3600, "is_due": False}])

    def test_h1_what_was_recorded_lately_stays_whenever_it_was(self):
        self.given_history()
        self.env.cr.execute("UPDATE mfg_edge_state SET recorded_at = %s", (self.now,))

        self.retain()

        self.assertEqual(len(self.states()), 5)

    def test_h1_history_is_kept_for_ever_where_the_plant_says_so(self):
        self.env["mfg.setting"]._set(SETTING, self.env.company, 0)
        self.given_history()

        self.retain()

        self.assertEqual(len(self.states()), 5)

    def test_h1_for_ever_is_remembered_by_the_settings(self):
        settings = self.env["res.config.settings"].create({"mfg_keep_history_days": 0})

        settings.set_values()

        self.assertEqual(self.env["mfg.setting"]._get(SETTING), 0)

    def test_h1_history_goes_in_chunks_and_a_run_without_time_says_so(self):
        self.patch(mfg_edge_retention, "CHUNK_ROWS", 1)
        self.given_history()
        model = self.env["mfg.edge.event"]

        complete = model._retain(lambda work: work(self.env), budget_s=0)

        self.assertFalse(complete)
        self.assertEqual(len(self.states()), 5)
        self.retain()
        self.assertEqual(len(self.states()), 3)

    # --------------------------------------------------------------------- others

    def test_h1_old_alarms_go_and_those_that_are_there_stay(self):
        alarms = self.env["mfg.edge.alarm"]
        for code, days in (("GONE", LONG), ("LATE", 1), ("THERE", LONG)):
            alarms._told(self.robot, self.ago(days), is_active=True, code=code)
            if code != "THERE":
                went = self.ago(days - 0.1)
                alarms._told(self.robot, went, is_active=False, code=code)
        self.env.flush_all()
        self.env.cr.execute("UPDATE mfg_edge_alarm SET write_date = came_at")

        self.retain()

        left = alarms.search([("equipment_id", "=", self.robot.id)])
        self.assertEqual(set(left.mapped("code")), {"LATE", "THERE"})

    def test_h1_old_crossings_go_but_the_last_and_what_was_asked_for_care(self):
        crossings = self.env["mfg.edge.crossing"]
        request = self.env["maintenance.request"].create({"name": "Bearing"})
        asked, gone, last = crossings.create(
            [
                {
                    "equipment_id": self.robot.id,
                    "measurement": "heat",
                    "crossed_at": self.ago(LONG - number),
                    "cleared_at": self.ago(LONG - number - 0.5),
                    "request_id": number == 0 and request.id,
                }
                for number in range(3)
            ]
        )

        self.retain()

        self.assertEqual((asked | gone | last).exists(), asked | last)

    def test_h3_old_gaps_go_when_they_are_over(self):
        device, gaps = self.given_device(), self.env["mfg.edge.gap"]
        states = ("open", "given_up", "filled", "closed", "filled")
        old = gaps.create(
            [
                {
                    "device_id": device.id,
                    "connector_id": self.connector.id,
                    "boot": 1,
                    "first_missing": number,
                    "last_missing": number,
                    "state": state,
                    "found_at": self.ago(LONG),
                    "changed_at": self.ago(LONG if number < 4 else 1),
                }
                for number, state in enumerate(states)
            ]
        )

        self.retain()

        self.assertEqual(old.exists().mapped("state"), ["open", "given_up", "filled"])

    def test_h3_old_enrolments_go_unless_their_key_opens_the_door(self):
        device, enrolments = self.given_device(), self.env["mfg.edge.enrolment"]
        old = enrolments.create(
            [
                {
                    "device_id": device.id,
                    "connector_id": self.connector.id,
                    "key_sha256": f"{number:064d}",
                    "asked_at": self.ago(LONG),
                    "decided_at": state != "waiting" and self.ago(LONG),
                    "state": state,
                }
                for number, state in enumerate(
                    ("waiting", "refused", "approved", "approved")
                )
            ]
        )
        keys = self.env["mfg.api.key"]
        for number in (2, 3):
            key = keys._admit(
                self.connector, "sha256", f"{number:064d}", device_id=device.id
            )
        key.action_revoke()

        self.retain()

        self.assertEqual(old.exists(), old[0] | old[2])
