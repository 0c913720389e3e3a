import uuid

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..protocols.event_identity import event_key, event_uuid


class TestEventIdentity(BaseCase):
    def test_an_event_id_has_one_uuid_per_connector(self):
        self.assertEqual(event_uuid(1, "a"), event_uuid(1, "a"))
        self.assertNotEqual(event_uuid(1, "a"), event_uuid(2, "a"))
        self.assertNotEqual(event_uuid(1, "a"), event_uuid(1, "b"))

    def test_events_that_are_counted_are_neighbours(self):
        keys = [event_key(1, f"assy-r1-{n:06d}")[0] for n in range(98, 103)]

        self.assertEqual(keys, sorted(keys))
        self.assertEqual(len({key[:12] for key in keys}), 1)

    def test_ids_that_differ_in_zeros_in_front_are_different(self):
        ids = ["a1", "a01", "a001", "a", "a0", "a00", "1", "01", "", "0", "a10", "a1 "]
        ids += ["a" + "1" * n for n in range(2, 14)]

        self.assertEqual(len({event_uuid(1, one) for one in ids}), len(ids))

    @given(st.text(max_size=40), st.integers(min_value=0))
    def test_it_is_a_uuid_of_version_8_in_bytes_and_in_text(self, stem, number):
        key, text = event_key(7, f"{stem}{number}")

        self.assertEqual(uuid.UUID(text).bytes, key)
        self.assertEqual(uuid.UUID(text).version, 8)
        self.assertEqual(uuid.UUID(text).variant, uuid.RFC_4122)

    def test_a_uuid_stays_what_it_is(self):
        # Written down: another one would make every known event look new.
        expected = "88076caa-1cae-8e91-96c4-d1eb00000231"

        self.assertEqual(str(event_uuid(7, "assy-r1-000231")), expected)
