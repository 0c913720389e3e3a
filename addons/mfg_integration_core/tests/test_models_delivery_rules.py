import time

from odoo.tests import BaseCase, tagged

from ..adapters.mfg_connector_adapter import Exchange
from ..exceptions import LeaseLostError
from ..models.mfg_lane_worker import Task
from ..models.mfg_outbox_delivery import Delivery
from .delivery_case import DeliveryCase
from .http_partner import HANG_UP, HttpPartner


@tagged("post_install", "-at_install")
class TestPoison(DeliveryCase):
    def test_a7_a_poison_message_parks_only_its_lane_until_it_is_released(self):
        self.partner.answers(422, only=13)
        poisoned, other = self.given_document("A"), self.given_document("B")
        poison = self.given_message(poisoned, 13)
        self.given_message(poisoned, 14)
        self.given_message(other, 1)

        self.drain()

        self.assertEqual(self.outbox("state"), ["dead", "pending", "delivered"])
        self.assertIn("422", self.read("mfg.outbox.message", poison, "reason"))
        self.assertEqual(self.parked_lanes(), [f"mfg.test.effect/{poisoned}"])

        self.partner.answers(201)
        self.commit(lambda env: env["mfg.outbox.message"].browse(poison).action_retry())
        self.drain()

        self.assertEqual(set(self.outbox("state")), {"delivered"})
        self.assertEqual(self.partner.told, [1, 13, 14])

    def parked_lanes(self):
        return [
            key
            for (key,) in self.sql(
                "SELECT key FROM mfg_lane WHERE connector_id = %s AND parked"
                " AND parked_reason IS NOT NULL",
                self.connector_id,
            )
        ]


@tagged("post_install", "-at_install")
class TestRetryPlan(DeliveryCase):
    def wait_s(self):
        """Seconds until the next try of the only message."""
        [(seconds,)] = self.sql(
            "SELECT extract(epoch FROM next_attempt_at - now() AT TIME ZONE 'UTC')"
            "::float FROM mfg_outbox_message WHERE connector_id = %s",
            self.connector_id,
        )
        return seconds

    def test_a8_the_default_plan_survives_an_outage_of_27_hours(self):
        span_h = self.read("mfg.connector", self.connector_id, "retry_span_h")

        self.assertGreaterEqual(span_h, 27)

    def test_a8_waits_grow_by_the_connectors_own_plan_up_to_its_cap(self):
        self.configure(
            retry_base_s=1000,
            retry_factor=3,
            retry_cap_s=5000,
            retry_jitter_percent=10,
            retry_max_attempts=4,
        )
        self.partner.answers(500)
        self.given_message(self.given_document(), 1)

        for planned in (1000, 3000, 5000):
            self.drain()
            self.assertEqual(self.outbox("state"), ["retry"])
            # What the drain took is over already, and the random share may be added.
            self.assertGreater(self.wait_s(), planned - 60)
            self.assertLessEqual(self.wait_s(), planned * 1.1)
            self.let_time_pass()
        self.drain()

        self.assertEqual(self.outbox("state", "attempt_count"), [("dead", 4)])

    def test_a8_the_plan_begins_anew_when_a_person_asks_for_another_try(self):
        self.configure(retry_max_attempts=2)
        self.partner.answers(500)
        message = self.given_message(self.given_document(), 1)
        self.drain()
        self.let_time_pass()
        self.drain()
        self.assertEqual(self.outbox("state", "attempt_count"), [("dead", 2)])

        self.commit(
            lambda env: env["mfg.outbox.message"].browse(message).action_retry()
        )
        self.drain()

        self.assertEqual(self.outbox("state", "attempt_count"), [("retry", 3)])

    def test_a8_retry_after_of_a_busy_partner_decides_the_next_try(self):
        for status in (429, 503):
            self.partner.answers(status, Retry_After=900)
            self.given_message(self.given_document(), status)

            self.drain()

            self.assertGreater(self.wait_s(), 840)
            self.commit(self._cancel_all)
            self.sql(
                "DELETE FROM mfg_outbox_message WHERE connector_id = %s",
                self.connector_id,
            )

    def _cancel_all(self, env):
        mine = [("connector_id", "=", self.connector_id)]
        env["mfg.outbox.message"].search(mine).action_cancel()


@tagged("post_install", "-at_install")
class TestErrorClass(DeliveryCase):
    def test_a9_the_class_of_the_error_decides_what_happens_next(self):
        self.configure(breaker_enabled=False)
        for status, state in (
            (400, "dead"),
            (401, "dead"),
            (404, "dead"),
            (422, "dead"),
            (408, "retry"),
            (429, "retry"),
            (500, "retry"),
            (503, "retry"),
            (HANG_UP, "retry"),
        ):
            with self.subTest(status=status):
                self.partner.answers(status)
                message = self.given_message(self.given_document(), status)

                self.drain()

                found = self.read("mfg.outbox.message", message, "state")
                self.assertEqual(found, state)
                tries = self.read("mfg.outbox.message", message, "attempt_count")
                self.assertEqual(tries, 1)

    def test_a9_a_partner_that_is_not_there_is_tried_again(self):
        self.partner.close()
        self.given_message(self.given_document(), 1)

        self.drain()

        self.assertEqual(self.outbox("state", "reason_code"), [("retry", "no_answer")])
        (reason,) = self.outbox("reason")
        self.assertIn("Check that the partner runs", reason)
        self.assertNotIn("Errno", reason)


@tagged("post_install", "-at_install")
class TestBreaker(DeliveryCase):
    def given_open_breaker(self):
        """A partner that failed five times; the messages of the five."""
        self.partner.answers(503)
        for number in range(5):
            self.given_message(self.given_document(), number)
        self.drain()

    def breaker(self):
        return self.read("mfg.connector", self.connector_id, "breaker_state")

    def test_a10_an_open_breaker_sends_nothing_and_consumes_no_attempt(self):
        self.given_open_breaker()
        document = self.given_document()
        for number in (10, 11):
            self.given_message(document, number)

        self.drain()

        self.assertEqual(self.breaker(), "open")
        told = self.commit(
            lambda env: (
                env["mfg.outbox.message"]
                .search([("connector_id", "=", self.connector_id)], limit=1)
                .breaker_until
            )
        )
        self.assertTrue(told, "the message says when the partner is tried again")
        self.assertEqual(self.partner.calls, 5)
        self.assertEqual(
            self.outbox("state", "attempt_count"),
            [("retry", 1)] * 5 + [("pending", None)] * 2,
        )

    def test_a10_a_probe_that_succeeds_closes_it_and_all_go_in_order(self):
        self.given_open_breaker()
        document = self.given_document()
        for number in (10, 11):
            self.given_message(document, number)
        self.drain()
        self.partner.answers(201)
        self.let_time_pass()

        self.drain()
        self.drain()

        self.assertEqual(self.breaker(), "closed")
        self.assertEqual(set(self.outbox("state")), {"delivered"})
        self.assertEqual(sorted(self.partner.told), [0, 1, 2, 3, 4, 10, 11])
        self.assertLess(self.partner.told.index(10), self.partner.told.index(11))

    def test_a10_a_probe_that_fails_costs_one_attempt_and_opens_it_for_longer(self):
        self.given_open_breaker()
        self.let_time_pass()

        self.drain()

        self.assertEqual(self.breaker(), "open")
        self.assertEqual(self.partner.calls, 6)
        [(pause_s,)] = self.sql(
            "SELECT extract(epoch FROM until - since)::float FROM mfg_breaker"
            " WHERE connector_id = %s",
            self.connector_id,
        )
        self.assertEqual(pause_s, 60)

    def test_a10_a_partner_that_refuses_messages_for_good_is_not_down(self):
        self.partner.answers(422)
        for number in range(6):
            self.given_message(self.given_document(), number)

        self.drain()

        self.assertEqual(self.breaker(), "closed")
        self.assertEqual(self.partner.calls, 6)

    def test_a10_an_operator_may_have_it_tried_at_once(self):
        self.given_open_breaker()
        self.partner.answers(201)
        self.given_message(self.given_document(), 10)

        self.commit(
            lambda env: (
                env["mfg.connector"].browse(self.connector_id).action_close_breaker()
            )
        )
        self.drain()

        self.assertEqual(self.partner.told, [10])

    def test_a10_what_is_known_of_an_address_says_nothing_of_another(self):
        self.given_open_breaker()
        mended = HttpPartner()
        self.addCleanup(mended.close)
        self.given_message(self.given_document(), 10)

        self.configure(base_url=mended.url)
        self.drain()

        self.assertEqual(self.breaker(), "closed")
        self.assertEqual(mended.told, [10])

    def test_a10_a_breaker_that_is_switched_off_never_holds_back(self):
        self.configure(breaker_enabled=False)
        self.given_open_breaker()
        self.given_message(self.given_document(), 10)

        self.drain()

        self.assertEqual(self.partner.calls, 6)


@tagged("post_install", "-at_install")
class TestSupersede(DeliveryCase):
    def setUp(self):
        super().setUp()
        self.subscribe_with(full_state=True)

    def test_a16_only_the_newest_full_state_of_a_document_is_sent(self):
        document, other = self.given_document("A"), self.given_document("B")
        for number in (1, 2, 3):
            self.given_message(document, number)
        self.given_message(other, 4)

        self.drain()

        states = ["superseded", "superseded", "delivered", "delivered"]
        self.assertEqual(self.outbox("state"), states)
        self.assertEqual(sorted(self.partner.told), [3, 4])

    def test_a16_one_that_waits_for_its_next_try_is_superseded_too(self):
        self.partner.answers(503)
        document = self.given_document()
        self.given_message(document, 1)
        self.drain()
        self.partner.answers(201)
        self.given_message(document, 2)
        self.let_time_pass()

        self.drain()

        self.assertEqual(self.outbox("state"), ["superseded", "delivered"])
        self.assertEqual(self.partner.told, [2])

    def test_a16_a_held_one_makes_way_for_a_newer_state(self):
        document = self.given_document()
        held = self.given_message(document, 1)
        self.sql(
            "UPDATE mfg_outbox_message SET state = 'held', reason = 'a word' WHERE"
            " id = %s",
            held,
        )
        self.drain()
        self.sql(
            "UPDATE mfg_lane SET parked = TRUE, parked_reason = 'a word'"
            " WHERE connector_id = %s",
            self.connector_id,
        )
        self.given_message(document, 2)

        self.drain()

        self.assertEqual(self.outbox("state"), ["superseded", "delivered"])

    def test_a16_messages_that_tell_a_change_only_are_all_sent(self):
        self.subscribe_with(full_state=False)
        document = self.given_document()
        for number in (1, 2, 3):
            self.given_message(document, number)

        self.drain()

        self.assertEqual(self.partner.told, [1, 2, 3])


@tagged("post_install", "-at_install")
class TestTimeToLive(DeliveryCase):
    def setUp(self):
        super().setUp()
        self.subscribe_with(time_to_live_s=3600)

    def let_it_expire(self, message):
        self.sql(
            "UPDATE mfg_outbox_message SET expires_at = now() - interval '1 day'"
            " WHERE id = %s",
            message,
        )

    def test_a17_the_partner_is_told_when_a_message_expires(self):
        message = self.given_message(self.given_document(), 1)

        snapshot = self.read("mfg.outbox.message", message, "snapshot")

        self.assertGreater(snapshot["expirytime"], snapshot["time"])

    def test_a17_an_expired_command_is_never_sent_and_is_counted(self):
        document = self.given_document()
        self.let_it_expire(self.given_message(document, 1))
        self.given_message(document, 2)

        self.drain()
        self.drain()

        self.assertEqual(self.outbox("state"), ["expired", "delivered"])
        self.assertEqual(self.partner.told, [2])
        counted = self.read("mfg.connector", self.connector_id, "expired_count")
        self.assertEqual(counted, 1)

    def test_a17_a_command_that_expires_between_two_tries_is_not_tried_again(self):
        self.partner.answers(503)
        message = self.given_message(self.given_document(), 1)
        self.drain()
        self.let_it_expire(message)
        self.partner.answers(201)
        self.let_time_pass()

        self.drain()

        self.assertEqual(self.outbox("state"), ["expired"])
        self.assertEqual(self.partner.told, [])

    def test_a17_what_a_lost_worker_may_have_sent_is_looked_up_but_not_sent_late(self):
        message = self.given_message(self.given_document(), 1)
        self.sql(
            "UPDATE mfg_outbox_message SET state = 'delivering', attempt_count = 1"
            " WHERE id = %s",
            message,
        )
        self.let_it_expire(message)

        self.drain()

        self.assertEqual(self.outbox("state"), ["expired"])
        self.assertEqual(self.partner.calls, 0)


@tagged("post_install", "-at_install")
class TestLateWorker(BaseCase):
    def test_a_worker_that_froze_during_its_look_up_sends_nothing(self):
        # Found by the simulation: the lease was looked at before the look-up only.
        sent = []

        def look_up_then_send(_seen, assert_in_time):
            assert_in_time()
            sent.append("message")

        now = time.monotonic()
        delivery = Delivery(
            Task(1, 1, 1, 2, uncertain=True, leased=now - 90, begun=now - 90),
            send_until=now - 1,
            expires_at=False,
            exchange=Exchange("POST", "", {}, b"", look_up_then_send),
        )
        delivery.perform()

        self.assertIsInstance(delivery.error, LeaseLostError)
        self.assertEqual(sent, [])
