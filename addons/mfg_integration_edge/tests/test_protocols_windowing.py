from decimal import Decimal

from odoo.tests import BaseCase

from ..protocols.event_identity import body_digest, event_uuid
from ..protocols.machine_events import COUNT, STATE
from ..protocols.windowing import RawEvent, Window, arrange


def raw(row_id, event_type=COUNT, good="1", scrap="0", equipment="R1", job_order="MO1"):
    return RawEvent(
        row_id=row_id,
        position=1,
        uuid=f"uuid-{row_id}",
        event_id=f"e{row_id}",
        event_type=event_type,
        equipment=equipment,
        job_order=job_order,
        good_quantity=good,
        scrap_quantity=scrap,
        envelope={},
    )


def outline(told):
    """``["e1-e3", "e4", …]``: windows by their range, state events by their id."""
    return [
        f"{thing.first.event_id}-{thing.last.event_id}"
        if isinstance(thing, Window)
        else thing.event_id
        for thing in told
    ]


class TestWindowing(BaseCase):
    def test_adjacent_counts_of_one_order_become_one_exact_sum(self):
        events = [raw(1, good="0.1"), raw(2, good="0.2", scrap="1"), raw(3, good="3")]

        [window] = arrange(events)

        self.assertEqual(window.good_quantity, Decimal("3.3"))
        self.assertEqual(window.scrap_quantity, Decimal("1"))
        self.assertEqual(len(window.events), 3)

    def test_no_count_crosses_a_state_event_of_its_equipment(self):
        events = [raw(1), raw(2), raw(3, STATE), raw(4), raw(5)]

        told = arrange(events)

        self.assertEqual(outline(told), ["e1-e2", "e3", "e4-e5"])

    def test_a_state_event_leaves_the_counts_of_other_equipment_together(self):
        events = [raw(1), raw(2, STATE, equipment="R2"), raw(3)]

        told = arrange(events)

        self.assertEqual(outline(told), ["e2", "e1-e3"])

    def test_counts_for_two_orders_become_two_windows(self):
        events = [raw(1), raw(2, job_order="MO2"), raw(3), raw(4, job_order=None)]

        told = arrange(events)

        self.assertEqual(outline(told), ["e1-e3", "e2-e2", "e4-e4"])


class TestEventIdentity(BaseCase):
    def test_an_event_id_has_one_uuid_per_connector(self):
        self.assertEqual(event_uuid(1, "a"), event_uuid(1, "a"))
        self.assertNotEqual(event_uuid(1, "a"), event_uuid(2, "a"))
        self.assertNotEqual(event_uuid(1, "a"), event_uuid(1, "b"))

    def test_the_order_of_members_makes_no_other_body(self):
        one = body_digest({"id": "1", "data": {"a": 1, "b": 2}})
        other = body_digest({"data": {"b": 2, "a": 1}, "id": "1"})

        self.assertEqual(one, other)
        self.assertNotEqual(one, body_digest({"id": "1", "data": {"a": 1, "b": 3}}))
