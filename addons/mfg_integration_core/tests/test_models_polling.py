import time
from datetime import datetime

from odoo.tests import tagged

from .polled_partner import NOON
from .polling_case import DELETED, PollingCase, at


@tagged("post_install", "-at_install")
class TestPolling(PollingCase):
    def test_choosing_a_template_makes_a_source_of_each_of_its_lists(self):
        def listed(env):
            connector = env["mfg.connector"].browse(self.connector_id)
            return connector.source_ids.mapped("name")

        self.assertEqual(self.commit(listed), ["briefs", "changes", "stock"])

        self.commit(
            lambda env: (
                env["mfg.connector"]
                .browse(self.connector_id)
                .write({"template": "test_partner"})
            )
        )
        self.assertEqual(self.commit(listed), [])

    def test_each_change_takes_effect_once_however_often_it_is_read(self):
        for number in range(5):
            self.partner.put(f"T{number}", number)

        self.poll()
        self.partner.put("T1", 11)
        self.poll()
        self.poll()

        self.assertEqual(self.told("T0"), [0])
        self.assertEqual(self.told("T1"), [1, 11])
        self.assertEqual(self.event_count(), 6)
        self.assertEqual(self.column("watermark"), at(self.partner.clock))
        self.assertIsNone(self.column("error"))

    def test_next_poll_asks_from_the_watermark_less_the_overlap(self):
        self.partner.put("T1", 1)
        self.poll()
        self.partner.asked.clear()

        self.poll()

        _path, query = self.partner.asked[0]
        self.assertEqual(int(query["since"]), self.partner.clock - 60_000)

    def test_equal_moments_at_the_border_of_pages_are_all_taken(self):
        for number in range(7):
            self.partner.put(f"T{number}", number, later_ms=0)

        self.poll()

        self.assertEqual(
            [self.told(f"T{number}") for number in range(7)],
            [[number] for number in range(7)],
        )

    def test_item_that_slips_over_a_border_of_pages_is_found_by_the_next_pass(self):
        for number in range(4):
            self.partner.put(f"T{number}", number)
        # While page 2 is asked for, T0 moves to the end: T2 slips to page 1.
        self.partner.between = [lambda: None, lambda: self.partner.put("T0", 10)]

        self.poll()

        self.assertEqual(self.told("T0"), [0, 10])
        self.assertEqual(self.told("T2"), [2])
        self.assertEqual(self.event_count(), 5)

    def test_tombstone_is_told_once_and_so_is_the_return(self):
        self.partner.put("T1", 1)
        self.poll()
        self.partner.put("T1", 1, removed=True)
        self.poll()
        self.poll()
        self.partner.put("T1", 2)
        self.poll()

        self.assertEqual(self.told("T1"), [1, DELETED, 2])

    def test_partner_from_the_future_does_not_hide_what_comes_later(self):
        self.partner.things["T1"] = {"id": "T1", "number": 1, "changed": 4085553600000}
        self.poll()
        self.assertLess(self.column("watermark"), datetime.utcnow())

        now_ms = int(time.time() * 1000)
        self.partner.things["T2"] = {"id": "T2", "number": 2, "changed": now_ms}
        self.poll()

        self.assertEqual(self.told("T2"), [2])

    def test_item_that_cannot_be_mapped_waits_in_the_inbox_and_the_rest_goes_on(self):
        self.partner.things["T1"] = {"number": 1, "changed": NOON}
        self.partner.put("T2", 2)

        self.poll()
        self.poll()

        self.assertEqual(sorted(self.states()), ["processed", "rejected"])
        self.assertIn("no key", self.column("note"))

    def test_secret_that_the_partner_repeats_is_not_kept(self):
        self.partner.put("T1", 1, echo="s3cret-token")

        self.poll()

        bodies = self.sql(
            "SELECT convert_from(decode(convert_from(body, 'UTF8'), 'base64'), 'UTF8')"
            " FROM mfg_inbox_event WHERE connector_id = %s",
            self.connector_id,
        )
        self.assertIn("***", bodies[0][0])
        self.assertNotIn("s3cret", bodies[0][0])
