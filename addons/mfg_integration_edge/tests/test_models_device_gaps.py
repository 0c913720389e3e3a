from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from ..models.mfg_edge_gap import SCHEDULE
from .device_case import GATEWAY, DeviceCase


class TestDeviceGaps(DeviceCase):
    def beats(self, *sequences, **more):
        for sequence in sequences:
            self.beat(sequence, **more)

    def test_h3_gap_in_the_numbers_of_a_device_is_found(self):
        self.beats("7-1", "7-2", "7-6")

        self.assertEqual(self.gaps(), [(7, 3, 5)])
        self.assertEqual(self.device().gap_count, 1)

    def test_h3_events_in_another_order_leave_no_gap(self):
        self.beats("7-1", "7-4", "7-2", "7-3")

        self.assertEqual(self.gaps(), [])
        self.assertEqual(self.gaps("filled"), [(7, 3, 3)])

    def test_h3_late_events_shrink_and_split_a_gap(self):
        self.beats("7-1", "7-10", "7-5", "7-9")

        self.assertEqual(self.gaps(), [(7, 2, 4), (7, 6, 8)])

    def test_h3_start_of_a_device_begins_its_numbers_anew(self):
        self.beats("7-1", "7-2", "8-3", "7-3")

        self.assertEqual(self.gaps(), [(8, 1, 2)])

    def test_h3_what_was_sent_before_the_first_contact_is_not_missing(self):
        self.beats("7-500", "7-501", "6-80")

        self.assertEqual(self.gaps(), [])

    def test_h3_numbers_without_a_start_are_followed_too(self):
        self.beats("41", "44")

        self.assertEqual(self.gaps(), [(0, 42, 43)])

    def test_h3_numbers_of_two_devices_are_their_own(self):
        self.beats("7-1", "7-2")
        self.beats("7-1", "7-5", source="/plant/line-2/gateway")

        self.assertEqual(self.gaps(), [(7, 2, 4)])
        self.assertFalse(self.device().gap_count)

    def test_h3_numbers_wider_than_a_machine_word_are_exact(self):
        self.given_subscription()
        self.beats("1-1", "1-999999999999999999")

        (asked,) = self.ask(at=31)

        self.assertEqual(
            asked["missing"],
            [{"boot": 1, "first": 2, "last": 999999999999999998}],
        )

    def test_h3_gap_is_asked_for_again_until_it_is_filled(self):
        self.given_subscription()
        self.beats("7-1", "7-5")

        self.assertEqual(self.ask(at=29), [])
        first, again_soon = self.ask(at=31), self.ask(at=60)
        self.beat("7-3", at=80)
        second = self.ask(at=31 + 61)
        self.beats("7-2", "7-4", at=100)

        ranges = [{"boot": 7, "first": 2, "last": 4}]
        self.assertEqual(
            first, [{"source": GATEWAY, "rebirth": False, "missing": ranges}]
        )
        self.assertEqual(again_soon, [])
        self.assertEqual(second, [])
        self.assertEqual(self.ask(at=10_000), [])
        self.assertEqual(self.gaps(), [])

    def test_h3_what_is_left_of_a_gap_is_asked_for(self):
        self.given_subscription()
        self.beats("7-1", "7-5")
        self.ask(at=31)
        self.beat("7-3", at=40)

        (asked,) = self.ask(at=200)

        self.assertEqual(
            asked["missing"],
            [{"boot": 7, "first": 2, "last": 2}, {"boot": 7, "first": 4, "last": 4}],
        )

    def test_h3_gap_that_never_fills_is_given_up_and_told(self):
        self.given_subscription()
        self.beats("7-1", "7-5")

        at = 31
        for _ask in range(SCHEDULE.max_attempts + 5):
            self.ask(at=at)
            at += 3601

        self.assertEqual(self.gaps("given_up"), [(7, 2, 4)])
        note = self.env["mfg.hub.note"].search(
            [("connector_id", "=", self.connector.id), ("text", "ilike", "never came")]
        )
        self.assertEqual(len(note), 1)
        self.beats("7-2", "7-3", "7-4")
        self.assertEqual(self.gaps("filled"), [(7, 4, 4)])

    def test_h3_nobody_to_ask_is_not_counted_as_asked(self):
        self.beats("7-1", "7-5")

        self.ask(at=31)

        gap = self.device().gap_ids
        self.assertEqual((gap.asked_count, gap.state), (0, "open"))
        self.given_subscription()
        self.assertEqual(len(self.ask(at=200)), 1)

    def test_h3_another_partner_is_not_asked_for_the_events(self):
        other = self.connector.copy({"code": "other-edge", "name": "Other"})
        other.state = "live"
        self.given_subscription().connector_id = other
        self.beats("7-1", "7-5")

        self.ask(at=31)

        about = [("connector_id", "=", other.id)]
        self.assertFalse(self.env["mfg.outbox.message"].search(about))

    def test_h3_person_closes_a_gap_with_a_reason(self):
        operator = new_test_user(
            self.env, "gap-operator", "mfg_integration_core.group_operator"
        )
        viewer = new_test_user(
            self.env, "gap-viewer", "mfg_integration_core.group_viewer"
        )
        self.given_subscription()
        self.beats("7-1", "7-5")
        gap = self.device().gap_ids

        with self.assertRaises(AccessError):
            gap.with_user(viewer)._close("I like it so")
        gap.with_user(operator)._close("The memory card was swapped")

        self.assertEqual((gap.state, gap.closed_by_id), ("closed", operator))
        self.assertEqual(self.ask(at=100), [])
        with self.assertRaises(UserError):
            gap.with_user(operator)._close("Again")
        entry = self.env["mfg.audit.entry"].search(
            [("action", "=", "device.gap_closed")], limit=1
        )
        self.assertEqual(entry.why, "The memory card was swapped")

    def test_h3_back_filled_events_fill_gaps(self):
        self.beats("7-1", "7-5")
        self.beats("7-2", "7-3", "7-4", historical=True)

        self.assertEqual(self.gaps(), [])
