import json
from datetime import datetime

from odoo.tests import tagged

from .polling_case import PollingCase

MILLION = 1000000


@tagged("post_install", "-at_install")
class TestPollingTrouble(PollingCase):
    def refuse(self, status, body=b"{}", **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.partner.answers.append((status, named, body))

    def wait_s(self):
        return (self.column("next_at") - datetime.utcnow()).total_seconds()

    def test_busy_partner_is_asked_again_when_it_wants_to_be(self):
        self.partner.put("T1", 1)
        self.refuse(429, Retry_After="77")

        self.poll()

        self.assertIn("429", self.column("error"))
        self.assertAlmostEqual(self.wait_s(), 77, delta=5)
        self.poll()
        self.assertIsNone(self.column("error"))
        self.assertEqual(self.told("T1"), [1])

    def test_partner_that_stays_down_is_asked_more_and_more_rarely_for_ever(self):
        waits = []
        for _try in range(25):
            self.refuse(503)
            self.poll()
            waits.append(round(self.wait_s()))

        self.assertLess(waits[0], 10)
        self.assertEqual(waits, sorted(waits))
        self.assertLessEqual(waits[-1], 900)
        self.assertEqual(self.column("failures"), 25)

    def test_bad_answers_are_told_in_plain_words_and_cost_nothing(self):
        for body, word in (
            (b"<html><b>Please log in</b></html>", "Please log in"),
            (b'{"error": "session expired"}', "session expired"),
            (b'{"things": [{"id"', "no JSON"),
            (b"", "empty"),
        ):
            with self.subTest(body=body):
                self.refuse(200, body)
                self.poll()
                self.assertIn(word, self.column("error"))
        self.partner.put("T1", 1)

        self.poll()

        self.assertEqual(self.told("T1"), [1])

    def test_redirect_to_another_host_is_told_and_not_followed(self):
        self.refuse(302, b"", Location="http://evil.example/steal")

        self.poll()

        self.assertIn("http://evil.example/steal", self.column("error"))

    def test_character_set_that_is_not_declared_is_told(self):
        self.refuse(200, '{"things": [{"id": "Öl"}]}'.encode("latin-1"))

        self.poll()

        self.assertIn("character set", self.column("error"))

    def test_page_of_a_million_rows_is_not_read_to_its_end(self):
        self.refuse(200, b'{"things": [' + b"1," * MILLION + b"1]}")

        self.poll()

        self.assertIn("A page is too long", self.column("error"))

    def test_answer_that_breaks_off_is_asked_for_again(self):
        self.partner.put("T1", 1)
        self.refuse(200, b'{"things": [', Content_Length="500")
        self.poll()
        self.assertTrue(self.column("error"))

        self.poll()

        self.assertEqual(self.told("T1"), [1])

    def test_failed_poll_goes_on_at_the_page_where_it_stopped(self):
        for number in range(6):
            self.partner.put(f"T{number}", number)
        page = {"things": list(self.partner.things.values())[:2]}
        self.refuse(200, json.dumps(page).encode())
        self.refuse(503)
        self.poll()
        self.partner.asked.clear()

        self.poll()

        self.assertEqual(self.partner.asked[0][1]["offset"], "2")
        self.assertEqual(self.event_count(), 6)

    def test_place_that_the_partner_does_not_know_any_more_begins_the_list_anew(self):
        for number in range(6):
            self.partner.put(f"T{number}", number)
        page = {"things": list(self.partner.things.values())[:2]}
        self.refuse(200, json.dumps(page).encode())
        self.refuse(410)
        self.poll()
        self.partner.asked.clear()

        self.poll()

        self.assertEqual(self.partner.asked[0][1]["offset"], "0")
        self.assertEqual(self.event_count(), 6)

    def test_partner_that_repeats_its_page_is_found_out(self):
        self.partner.put("T1", 1)
        page = {"things": list(self.partner.things.values())}
        for _again in range(2):
            self.refuse(200, json.dumps(page).encode())

        self.poll()

        self.assertIn("ignore how the next page is asked for", self.column("error"))
        self.assertEqual(self.event_count(), 1)

    def test_too_long_a_list_stops_at_the_limit_and_goes_on_later(self):
        for number in range(60):
            self.partner.put(f"T{number}", number)

        self.poll()

        self.assertIn("limit of 20 pages", self.column("error"))
        self.assertEqual(self.event_count(), 40)
        # Two passes of 31 pages are four polls of at most 20.
        for _rest in range(3):
            self.poll()
        self.assertEqual(self.event_count(), 60)
        self.assertIsNone(self.column("error"))

    def test_disarmed_copy_polls_nobody(self):
        self.partner.put("T1", 1)
        self.sql(
            "UPDATE ir_config_parameter SET value = 'copied'"
            " WHERE key = 'mfg_integration.armed'"
        )
        self.commit(lambda env: env.registry.clear_cache())

        self.poll()

        self.assertEqual(self.partner.asked, [])
        self.assertIsNone(self.column("polled_at"))

    def test_paused_source_and_paused_connector_are_not_polled(self):
        self.on_source(lambda source: source.action_pause())
        self.poll()
        self.on_source(lambda source: source.action_resume())
        self.commit(
            lambda env: env["mfg.connector"].browse(self.connector_id).action_pause()
        )
        self.poll()

        self.assertEqual(self.partner.asked, [])

    def test_open_breaker_keeps_the_partner_from_being_asked(self):
        self.sql(
            """
            INSERT INTO mfg_breaker
                   (connector_id, state, since, until, recent, openings, version)
            VALUES (%s, 'open', now() AT TIME ZONE 'UTC',
                    now() AT TIME ZONE 'UTC' + interval '5 min', 'xxxxx', 1, 1)
            """,
            self.connector_id,
        )

        self.poll()

        self.assertEqual(self.partner.asked, [])
        self.assertGreater(self.wait_s(), 200)
