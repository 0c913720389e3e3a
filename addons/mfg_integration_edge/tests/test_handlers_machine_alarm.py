from hypothesis import given
from hypothesis import strategies as st

from .common import envelope
from .states_case import StatesCase
from .test_models_any_arrival import REPEATABLE

ALARM = "mfg.machine.alarm.v1"


class Undone(Exception):
    """Nothing of it is to stay."""


def times(words):
    """``[(came, went)]`` that words ``(second, is_active)`` mean, in their order."""
    found = []
    for number, (second, is_active) in enumerate(
        sorted(words, key=lambda word: (word[0], not word[1]))
    ):
        is_there = bool(found) and not found[-1][1]
        if is_active and not is_there:
            found.append((second, False))
        elif not is_active and is_there:
            found[-1] = (found[-1][0], second)
        elif not is_active and not number:
            found.append((False, second))
    return found


class TestMachineAlarm(StatesCase):
    def tell_alarm(self, second, is_active, code="OIL-12", **more):
        self.told += 1
        event = envelope(f"told-{self.told}", ALARM, code=code, active=is_active)
        event["time"] = self.moment(second)
        return self.handle({**event, **more})

    def alarms(self):
        """``[(came, went)]`` in seconds after nine."""
        found = self.env["mfg.edge.alarm"].search(
            [("equipment_id", "=", self.robot.id)]
        )
        found = found.sorted(lambda alarm: alarm.came_at or alarm.went_at)
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

    def test_an_alarm_that_came_twice_goes_on_from_the_second_time(self):
        for second, is_active in ((10, True), (20, True), (15, False)):
            self.tell_alarm(second, is_active)

        self.assertEqual(self.alarms(), [(10, 15), (20, False)])

    def test_that_an_alarm_is_not_there_is_told_again_and_again(self):
        for second in (10, 20, 30):
            self.tell_alarm(second, False)

        self.assertEqual(self.alarms(), [(False, 10)])

    def test_alarms_are_the_same_in_whatever_order_their_words_come(self):
        words = st.lists(
            st.tuples(st.integers(1, 9), st.booleans()), unique=True, max_size=9
        )

        @REPEATABLE
        @given(words)
        def check(words):
            with self.assertRaises(Undone), self.env.cr.savepoint():
                for second, is_active in words:
                    self.env["mfg.edge.alarm"]._told(
                        self.robot, self.at(second), is_active=is_active, code="OIL-12"
                    )
                self.assertEqual(self.alarms(), times(words))
                raise Undone

        check()
