from concurrent.futures import ThreadPoolExecutor

from odoo.tests import tagged

from .committed_case import CommittedCase


@tagged("post_install", "-at_install")
class TestInbox(CommittedCase):
    def test_a3_event_is_stored_and_answered_before_anything_is_done_with_it(self):
        (answer,) = self.given_events(self.event(1))

        self.assertEqual(answer["status"], "accepted")
        self.assertTrue(answer["uuid"])
        self.assertEqual((self.states(), self.effects()), (["received"], []))
        self.drain()
        self.assertEqual((self.states(), self.effects()), (["processed"], [1]))

    def test_a4_event_is_stored_once_however_often_it_is_sent(self):
        event = self.event(1)

        first = self.given_events(event)
        second = self.given_events(event)

        self.assertEqual(
            [first[0]["status"], second[0]["status"]], ["accepted", "duplicate"]
        )
        self.assertEqual(first[0]["uuid"], second[0]["uuid"])
        self.assertEqual(self.states(), ["received"])

    def test_a5_same_id_with_another_body_is_a_conflict(self):
        self.given_events(self.event(1, event_id="one-id"))

        (answer,) = self.given_events(self.event(2, event_id="one-id"))

        self.assertEqual(answer["status"], "conflict")
        self.assertEqual(answer["problem"]["status"], 409)
        self.assertEqual(self.states(), ["received"])

    def test_an_id_used_twice_in_one_batch_is_told_apart(self):
        answers = self.given_events(
            self.event(1, event_id="a"),
            self.event(1, event_id="a"),
            self.event(2, event_id="a"),
        )

        statuses = [answer["status"] for answer in answers]
        self.assertEqual(statuses, ["accepted", "duplicate", "conflict"])

    def test_every_moment_that_the_door_lets_in_can_be_stored(self):
        # A fraction of two digits, a leap second: Python's own reader refuses them.
        moments = ("2026-11-20T22:15:00.25Z", "2016-12-31T23:59:60Z")

        answers = self.given_events(
            *[{**self.event(1), "time": moment} for moment in moments]
        )

        self.assertEqual([answer["status"] for answer in answers], ["accepted"] * 2)

    def test_a5_twenty_callers_with_one_event_at_once_store_it_once(self):
        event = self.event(1)

        with ThreadPoolExecutor(20) as callers:
            answers = list(
                callers.map(lambda _n: self.given_events(event)[0], range(20))
            )

        statuses = sorted(answer["status"] for answer in answers)
        self.assertEqual(statuses, ["accepted"] + ["duplicate"] * 19)
        self.assertEqual(self.states(), ["received"])

    def test_batches_with_the_same_ids_in_opposite_order_do_not_deadlock(self):
        events = [self.event(number) for number in range(200)]

        with ThreadPoolExecutor(2) as callers:
            batches = [events, events[::-1]] * 5
            answers = list(
                callers.map(lambda batch: self.given_events(*batch), batches)
            )

        accepted = [a for batch in answers for a in batch if a["status"] == "accepted"]
        self.assertEqual(len(accepted), len(events))


@tagged("post_install", "-at_install")
class TestInboxHandling(CommittedCase):
    def test_a6_events_of_one_subject_have_their_effect_in_order(self):
        self.given_events(*[self.event(number) for number in range(5)])

        self.drain()

        self.assertEqual(self.effects(), [0, 1, 2, 3, 4])
        self.assertEqual(set(self.states()), {"processed"})

    def test_a_failed_event_leaves_no_effect_and_its_lane_waits_for_a_person(self):
        self.given_events(
            self.event(1), self.event(2, fail="user_error"), self.event(3)
        )

        self.drain()

        self.assertEqual(self.states(), ["processed", "dead", "received"])
        self.assertEqual(self.effects(), [1])

    def test_a7_a_poisoned_lane_does_not_stop_the_others(self):
        self.given_events(self.event(1, fail="user_error"), self.event(2))
        self.given_events(self.event(7, subject="ORDER-2"))

        self.drain()

        self.assertEqual(self.effects("ORDER-2"), [7])

    def test_a7_a_released_lane_goes_on_in_order(self):
        self.given_events(self.event(1, fail="user_error"), self.event(2))
        self.drain()

        self.commit(
            lambda env: (
                env["mfg.inbox.event"]
                .search(
                    [("connector_id", "=", self.connector_id), ("state", "=", "dead")]
                )
                .action_reject()
            )
        )
        self.drain()

        self.assertEqual(self.states(), ["rejected", "processed"])
        self.assertEqual(self.effects(), [2])

    def test_an_event_the_sender_must_correct_is_rejected_with_the_reason(self):
        self.given_events(self.event(1, fail="invalid"), self.event(2))

        self.drain()

        self.assertEqual(self.states(), ["rejected", "processed"])
        ((code, reason),) = self.sql(
            "SELECT reason_code, reason FROM mfg_inbox_event"
            " WHERE connector_id = %s AND state = 'rejected'",
            self.connector_id,
        )
        self.assertEqual(code, "invalid_event")
        self.assertIn("asked to be refused", reason)

    def test_an_event_that_its_handler_ignores_says_why(self):
        self.given_events(self.event(1, fail="old"), self.event(2))

        self.drain()

        self.assertEqual(self.states(), ["ignored", "processed"])
        ((code, reason, document),) = self.sql(
            "SELECT reason_code, reason, res_model FROM mfg_inbox_event"
            " WHERE connector_id = %s AND state = 'ignored'",
            self.connector_id,
        )
        self.assertEqual(
            (code, reason, document),
            ("older_version", "The test knows better.", "mfg.test.effect"),
        )

    def test_a_passing_error_is_retried_and_every_try_is_a_row(self):
        self.given_events(self.event(1, fail="once"))

        self.drain()
        self.assertEqual(self.states(), ["retry"])
        self.sql("UPDATE mfg_inbox_event SET next_attempt_at = NULL")
        self.sql("UPDATE mfg_lane SET next_at = NULL")
        self.drain()

        self.assertEqual(self.states(), ["processed"])
        outcomes = self.sql(
            """
            SELECT attempt.number, attempt.outcome
              FROM mfg_delivery_attempt attempt
              JOIN mfg_inbox_event event ON event.id = attempt.event_id
             WHERE event.connector_id = %s ORDER BY attempt.id
            """,
            self.connector_id,
        )
        self.assertEqual(outcomes, [(1, "retryable"), (2, "succeeded")])

    def test_o3_an_event_is_named_after_what_it_tells(self):
        self.given_events(self.event(1, subject="ORDER-7"))

        name = self.commit(
            lambda env: (
                env["mfg.inbox.event"]
                .search([("connector_id", "=", self.connector_id)])
                .display_name
            )
        )

        self.assertRegex(name, r"^mfg\.[a-z.]+\.v1: ORDER-7$")

    def test_a_waiting_event_goes_on_when_its_reference_appears(self):
        self.given_events(self.event(1, fail="missing"))
        self.drain()
        self.assertEqual(self.states(), ["waiting"])

        def bind(env):
            effect = env["mfg.test.effect"].create({"name": "known"})
            connector = env["mfg.connector"].browse(self.connector_id)
            env["mfg.binding"]._bind(connector, effect, "EXT-1")

        self.commit(bind)
        self.drain()

        self.assertEqual(self.states(), ["processed"])

    def test_an_unhandled_type_is_rejected_not_lost(self):
        event = self.event(1)
        event["type"] = "mfg.nobody.cares.v1"
        self.given_events(event)

        self.drain()

        self.assertEqual(self.states(), ["rejected"])
