from dataclasses import dataclass
from datetime import datetime, timedelta

from odoo.tests import BaseCase

from ..protocols.windowing import OpenWindow, Told, due, in_order


@dataclass(frozen=True)
class Counted:
    name: str
    segment: int | None
    first_place: int
    equipment: str = "R1"


def told(place, equipment="R1"):
    return Told(place, f"s{place}", equipment, {})


def outline(things):
    return [thing.uuid if isinstance(thing, Told) else thing.name for thing in things]


class TestWindowing(BaseCase):
    def test_a_window_comes_before_the_event_that_ended_it(self):
        windows = [Counted("early", 0, 1), Counted("late", 1, 4)]

        order = in_order([told(3)], windows)

        self.assertEqual(outline(order), ["early", "s3", "late"])

    def test_an_event_of_other_equipment_ends_no_window(self):
        order = in_order([told(2, "R2")], [Counted("of R1", 0, 1)])

        self.assertEqual(outline(order), ["s2", "of R1"])

    def test_windows_of_one_stretch_come_in_the_order_of_their_first_count(self):
        windows = [Counted("second", 0, 2), Counted("first", 0, 1)]

        order = in_order([told(9)], windows)

        self.assertEqual(outline(order), ["first", "second", "s9"])

    def test_a_correction_follows_all_that_its_equipment_told(self):
        order = in_order([told(3), told(5)], [Counted("correction", None, 1)])

        self.assertEqual(outline(order), ["s3", "s5", "correction"])


NOW = datetime(2026, 3, 2, 12)
LATER = NOW + timedelta(seconds=1)


def window(id_, segment=0, until=LATER, corrects=None, equipment="R1"):
    return OpenWindow(id_, equipment, segment, corrects, until)


class TestDue(BaseCase):
    def test_g5_window_gathers_until_its_time_is_up(self):
        windows = [window(1), window(2, until=NOW), window(3, until=None)]

        self.assertEqual(due(windows, [], NOW), [2, 3])

    def test_g5_what_is_told_of_its_equipment_ends_it(self):
        windows = [window(1), window(2, segment=1), window(3, equipment="R2")]

        self.assertEqual(due(windows, [told(5)], NOW), [1])

    def test_g5_what_follows_all_is_told_at_once(self):
        self.assertEqual(due([window(1, segment=None)], [], NOW), [1])

    def test_g5_correction_waits_for_what_it_corrects(self):
        windows = [window(1), window(2, segment=None, corrects=1)]
        others = [window(3, until=NOW), window(4, segment=None, corrects=3)]

        self.assertEqual(due([*windows, *others], [], NOW), [3, 4])
