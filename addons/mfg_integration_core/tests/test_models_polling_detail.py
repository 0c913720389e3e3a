import json

from odoo.tests import tagged

from .polling_case import PollingCase


@tagged("post_install", "-at_install")
class TestPollingDetail(PollingCase):
    SOURCE = "briefs"

    def asked_about(self):
        """The things whose detail was asked for, in order."""
        return [
            path.rpartition("/")[2]
            for path, _query in self.partner.asked
            if path.startswith("/things/")
        ]

    def test_detail_of_each_item_that_is_news_is_asked_for_once(self):
        for number in range(1, 4):
            self.partner.put(f"T{number}", number)
        self.poll()
        self.poll()
        self.partner.put("T2", 5)

        self.poll()

        self.assertEqual(self.asked_about(), ["T1", "T2", "T3", "T2"])
        self.assertEqual(self.told("T1"), [10])
        self.assertEqual(self.told("T2"), [20, 50])

    def parts(self):
        """Numbers of the parts that each event tells, in the order of the events."""

        def read(env):
            events = env["mfg.inbox.event"].search(
                [("connector_id", "=", self.connector_id)], order="id"
            )
            items = [json.loads(event._native_body()) for event in events]
            return [[part["no"] for part in item["parts"]] for item in items]

        return self.commit(read)

    def test_each_part_is_told_once_however_many_came_between_two_polls(self):
        self.partner.put("T1", 1, log=[{"no": 4}])
        self.poll()
        self.partner.put("T1", 2, log=[{"no": 9}, {"no": 7}, {"no": 4}])
        self.poll()
        self.partner.put("T1", 3, log=[{"no": 9}, {"no": 7}, {"no": 4}])

        self.poll()

        self.assertEqual(self.parts(), [[4], [7, 9], []])

    def test_item_that_a_list_holds_twice_tells_its_parts_once(self):
        self.partner.put("T1", 1, log=[{"no": 4}])
        self.partner.put("T2", 1)
        # The first page is read, then T1 changes and is the last one of the list.
        self.partner.between = [
            *[lambda: None] * 3,
            lambda: self.partner.put("T1", 2, log=[{"no": 4}, {"no": 5}]),
        ]

        self.poll()

        self.assertEqual(self.told("T1"), [10, 20])
        self.assertEqual(self.parts(), [[4], [], [5]])

    def test_page_that_is_stored_again_keeps_what_was_told(self):
        self.partner.put("T1", 1, log=[{"no": 4}])
        self.poll()
        busy = (503, {}, b"{}")
        self.partner.put("T1", 2, log=[{"no": 4}, {"no": 5}])
        self.partner.between = [
            lambda: None,
            lambda: self.partner.answers.append(busy),
        ]
        self.poll()

        self.poll()

        self.assertEqual(self.parts(), [[4], [5]])

    def test_item_that_goes_between_list_and_detail_is_told_without_it(self):
        self.partner.put("T1", 1)
        gone = (404, {}, b"{}")
        self.partner.between = [
            lambda: None,
            lambda: self.partner.answers.append(gone),
        ]

        self.poll()

        self.assertEqual(self.told("T1"), [1])
        self.assertIsNone(self.column("error"))

    def test_page_whose_details_cannot_be_had_is_read_again(self):
        self.partner.put("T1", 1)
        busy = (503, {}, b"{}")
        self.partner.between = [
            lambda: None,
            lambda: self.partner.answers.append(busy),
        ]
        self.poll()
        self.assertIn("503", self.column("error"))
        self.assertEqual(self.told("T1"), [])

        self.poll()

        self.assertEqual(self.told("T1"), [10])
        self.assertIsNone(self.column("error"))

    def test_worker_that_lost_the_list_asks_and_stores_nothing_more(self):
        self.partner.put("T1", 1)
        self.partner.between = [
            lambda: self.sql(
                "UPDATE mfg_source SET lease_token = 'another' WHERE connector_id = %s",
                self.connector_id,
            )
        ]

        self.poll()

        self.assertEqual(self.asked_about(), [])
        self.assertEqual(self.event_count(), 0)
