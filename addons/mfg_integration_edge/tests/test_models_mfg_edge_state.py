from datetime import datetime

from ..protocols.state_history import UNKNOWN, seconds
from .states_case import StatesCase


class TestStateHistory(StatesCase):
    def spent(self, begin, end):
        history = self.env["mfg.edge.state"]
        return seconds(history._segments(self.robot, self.at(begin), self.at(end)))

    def test_h5_late_and_disordered_states_cut_exactly_their_own_time(self):
        self.tell(0, "Execute")
        self.tell(100.000001, "Held")
        self.tell(40.25, "Idle")
        self.tell(50.5, "Execute")

        self.assertEqual(
            self.spent(0, 200),
            {"Execute": 89.750001, "Idle": 10.25, "Held": 99.999999},
        )

    def test_the_same_event_again_adds_nothing(self):
        self.tell(0, "Execute", event_id="e-1")
        inbox_event = self.inbox()[-1]

        for _turn in range(2):
            inbox_event.state = "processing"
            inbox_event.with_user(self.connector.user_id)._handle_as_user()

        self.assertEqual(
            self.env["mfg.edge.state"].search_count(
                [("equipment_id", "=", self.robot.id)]
            ),
            1,
        )

    def test_plain_words_are_states_of_packml(self):
        for second, word in enumerate(("run", "stop", "idle")):
            self.tell(second, word)

        self.assertEqual(self.spent(0, 3), {"Execute": 1, "Stopped": 1, "Idle": 1})
        self.assertEqual(self.robot.mfg_packml_state, "Idle")

    def test_h4_silence_is_unknown_and_never_idle(self):
        self.tell(0, "Execute")

        for _turn in range(2):
            self.robot._mfg_state_unknown(self.at(90), "No sign of life for 90 s")

        self.assertEqual(self.spent(0, 200), {"Execute": 90, UNKNOWN: 110})
        self.assertRecordValues(
            self.robot, [{"mfg_packml_state": False, "mfg_availability": "unknown"}]
        )

    def test_h4_the_next_state_ends_the_silence(self):
        self.tell(0, "Execute")
        self.robot._mfg_state_unknown(self.at(90), "No sign of life")

        self.tell(150, "Execute")

        self.assertEqual(self.robot.mfg_availability, "running")
        self.assertEqual(self.spent(0, 200), {"Execute": 140, UNKNOWN: 60})

    def test_h4_state_of_before_the_silence_told_after_it_holds_from_then_on(self):
        self.tell(0, "Execute")
        self.robot._mfg_state_unknown(self.at(90), "No sign of life")

        self.tell(80, "Held")

        self.assertEqual(self.spent(0, 200), {"Execute": 80, "Held": 10, UNKNOWN: 110})
        last = self.env["mfg.edge.state"]._last(self.robot)
        self.assertEqual(last.state, "Held")
        self.assertGreater(last.at, self.at(3600))
        self.assertLessEqual(last.at, datetime.utcnow())

    def test_h4_silence_of_before_the_newest_state_changes_the_history_only(self):
        self.tell(0, "Execute")
        self.tell(100, "Idle")

        self.robot._mfg_state_unknown(self.at(50), "Found late")

        self.assertEqual(self.robot.mfg_packml_state, "Idle")
        self.assertEqual(self.spent(0, 200), {"Execute": 50, UNKNOWN: 50, "Idle": 100})

    def test_h5_history_fires_nothing_and_is_remembered(self):
        self.tell(1000, "Idle")

        document = self.tell(
            2000,
            "Aborted",
            historical=True,
            job_order=self.order.name,
            fault={"code": "SRV-4107", "severity": "critical"},
        )
        self.tell(3000, "Execute", historical=True, job_order=self.order.name)

        self.assertEqual(document, self.robot)
        self.assertRecordValues(
            self.robot, [{"mfg_packml_state": "Idle", "mfg_availability": "idle"}]
        )
        self.assertFalse(
            self.env["maintenance.request"].search(
                [("equipment_id", "=", self.robot.id)]
            )
        )
        self.assertFalse(self.env["mfg.hold"]._active_on(self.order))
        self.assertNotEqual(self.order.workorder_ids.state, "progress")
        self.assertNotEqual(self.workcenter.working_state, "blocked")
        self.assertEqual(
            self.spent(1000, 4000), {"Idle": 1000, "Aborted": 1000, "Execute": 1000}
        )
        self.assertEqual(self.stops(), [(1000, 3000)])
