from dataclasses import dataclass

from odoo.tests import BaseCase

from ..protocols.windowing import Told, in_order


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
