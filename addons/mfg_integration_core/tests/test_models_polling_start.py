import time

from odoo.tests import tagged

from .polled_partner import NOON
from .polling_case import DELETED, PollingCase, at


@tagged("post_install", "-at_install")
class TestPollingStart(PollingCase):
    def test_list_can_be_taken_from_a_date_even_if_the_partner_ignores_it(self):
        self.partner.put("T1", 1)
        self.partner.put("T2", 2, later_ms=120_000)
        since = at(self.partner.clock - 1000)
        self.on_source(lambda source: source._start_over("date", since))

        self.poll()

        self.assertEqual(int(self.partner.asked[0][1]["since"]), NOON + 119_001)
        self.assertEqual((self.told("T1"), self.told("T2")), ([], [2]))

    def test_list_can_be_taken_from_now_on(self):
        self.partner.put("T1", 1)
        self.on_source(lambda source: source._start_over("now"))
        self.poll()
        self.assertEqual(self.event_count(), 0)

        now_ms = int(time.time() * 1000) + 1000
        self.partner.things["T1"] = {"id": "T1", "number": 11, "changed": now_ms}
        self.poll()

        self.assertEqual(self.told("T1"), [11])

    def test_starting_over_reads_all_and_takes_only_what_is_new(self):
        self.partner.put("T1", 1)
        self.partner.put("T2", 2, later_ms=200_000)
        self.poll()
        self.on_source(lambda source: source._start_over("all"))
        self.partner.asked.clear()

        self.poll()

        self.assertNotIn("since", self.partner.asked[0][1])
        self.assertEqual(self.event_count(), 2)

    def test_administrator_is_told_what_starting_over_will_do(self):
        def effects(env):
            wizard = env["mfg.source.restart"].new(
                {"source_id": self.source_in(env).id, "start": "now"}
            )
            now = wizard.effect
            wizard.start = "all"
            return now, wizard.effect

        now, everything = self.commit(effects)

        self.assertIn("left out for good", now)
        self.assertIn("not taken a second time", everything)


@tagged("post_install", "-at_install")
class TestFullCompare(PollingCase):
    SOURCE = "stock"

    def given_stock(self, count):
        for number in range(count):
            self.partner.put(f"S{number}", number)
        self.poll()

    def test_what_changes_back_to_what_it_was_is_told_again(self):
        self.given_stock(1)
        self.partner.put("S0", 5)
        self.poll()
        self.partner.put("S0", 0)
        self.poll()
        self.poll()

        self.assertEqual(self.told("S0"), [0, 5, 0])

    def test_what_disappears_is_told_as_deleted_and_its_return_as_news(self):
        self.given_stock(3)
        self.partner.drop("S1")
        self.poll()
        self.poll()
        self.partner.put("S1", 1)
        self.poll()

        self.assertEqual(self.told("S1"), [1, DELETED, 1])
        self.assertEqual(self.told("S0"), [0])

    def test_list_that_is_suddenly_empty_is_not_believed_until_a_person_accepts_it(
        self,
    ):
        self.given_stock(6)
        self.partner.things.clear()

        self.poll()

        self.assertEqual(self.told("S0"), [0])
        self.assertIn("6 items", self.column("error"))
        self.on_source(lambda source: source.action_accept_gone())
        self.poll()
        self.assertEqual(self.told("S0"), [0, DELETED])
        self.assertIsNone(self.column("error"))

    def test_from_now_on_notes_what_is_there_and_takes_what_changes(self):
        self.partner.put("S0", 0)
        self.partner.put("S1", 1)
        self.on_source(lambda source: source._start_over("now"))
        self.poll()
        self.assertEqual(self.event_count(), 0)
        self.partner.put("S1", 11)
        self.poll()
        self.assertEqual((self.told("S0"), self.told("S1")), ([], [11]))

        self.on_source(lambda source: source._start_over("all"))
        self.poll()

        self.assertEqual((self.told("S0"), self.told("S1")), ([0], [11]))
