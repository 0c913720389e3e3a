from .common import envelope
from .states_case import StatesCase

ALARM = "mfg.machine.alarm.v1"


class TestMachineAlarm(StatesCase):
    def tell_alarm(self, second, is_active, code="OIL-12", **more):
        self.told += 1
        event = envelope(f"told-{self.told}", ALARM, code=code, active=is_active)
        event["time"] = self.moment(second)
        return self.handle({**event, **more})

    def alarms(self):
        """``[(came, went)]`` in seconds after nine."""
        found = self.env["mfg.edge.alarm"].search(
            [("equipment_id", "=", self.robot.id)], order="id"
        )
        return [
            tuple(at and (at - self.at(0)).total_seconds() for at in moments)
            for moments in zip(
                found.mapped("came_at"), found.mapped("went_at"), strict=True
            )
        ]

    def test_an_alarm_comes_and_goes_and_says_nothing_of_the_state(self):
        self.tell(0, "Execute")
        self.tell_alarm(10, True)
        self.assertEqual(self.alarms(), [(10, False)])

        document = self.tell_alarm(50, False)

        self.assertEqual(document, self.robot)
        self.assertEqual(self.alarms(), [(10, 50)])
        self.assertEqual(self.robot.mfg_availability, "running")

    def test_an_alarm_that_is_told_again_is_one(self):
        self.tell_alarm(10, True)
        self.tell_alarm(20, True)
        self.tell_alarm(50, False)

        self.assertEqual(self.alarms(), [(10, 50)])

    def test_an_alarm_whose_end_came_first_is_one(self):
        self.tell_alarm(50, False)
        self.tell_alarm(10, True)

        self.assertEqual(self.alarms(), [(10, 50)])

    def test_an_alarm_that_comes_again_is_another(self):
        for second, is_active in ((10, True), (50, False), (60, True)):
            self.tell_alarm(second, is_active)

        self.assertEqual(self.alarms(), [(10, 50), (60, False)])
