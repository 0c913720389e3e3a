import base64
import uuid
from datetime import timedelta

from odoo import fields
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestStory(TransactionCase):
    """What the viewer says of a message that failed, changed and arrived."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = new_test_user(
            cls.env,
            login="story_operator",
            name="Olga Operator",
            groups="base.group_user,mfg_integration_core.group_operator",
        )
        cls.connector = cls.env["mfg.connector"].create(
            {"name": "CMMS", "code": "story", "state": "live"}
        )
        cls.partner = cls.env["res.partner"].create({"name": "Assembly Robot R1"})
        cls.message = cls.given_message()

    @classmethod
    def given_message(cls, **values):
        return cls.env["mfg.outbox.message"].create(
            {
                "uuid": uuid.uuid4().hex,
                "connector_id": cls.connector.id,
                "ordering_key": "R1",
                "correlation_id": "story",
                "res_model": cls.partner._name,
                "res_id": cls.partner.id,
                **values,
            }
        )

    def given_attempt(self, number, outcome, **values):
        return self.env["mfg.delivery.attempt"].create(
            {
                "message_id": self.message.id,
                "number": number,
                "started_at": fields.Datetime.now() + timedelta(seconds=number),
                "outcome": outcome,
                **values,
            }
        )

    def titles(self, row=None):
        return [entry["title"] for entry in (row or self.message).story]

    def test_o3_the_story_of_a_message_is_told_from_its_cause_to_its_arrival(self):
        self.given_attempt(
            1,
            "retryable",
            duration_ms=2100,
            response_status=503,
            error_detail="The partner is down.",
        )
        self.given_attempt(2, "succeeded", duration_ms=340, response_status=201)
        self.message.write({"state": "delivered", "partner_reference": "WO-1001"})

        story = self.message.story

        self.assertEqual(
            self.titles(),
            [
                "Written for CMMS",
                "Try 1 failed in a way that may pass",
                "Try 2 succeeded after 0.34 s",
                "The partner has it and calls it WO-1001",
            ],
        )
        self.assertEqual(story[0]["detail"], "Assembly Robot R1 changed")
        self.assertEqual(
            story[1]["detail"], "Answered with HTTP status 503. The partner is down"
        )

    def test_o3_a_failure_says_whose_turn_it_is(self):
        self.message.state = "delivering"
        self.message._set_state(
            "dead", allowed=("delivering",), reason_code="x", reason="Refused."
        )
        self.assertEqual(self.titles()[-1], "It failed and nobody takes care of it yet")

        self.message.with_user(self.operator).action_assign_to_me()

        self.message.invalidate_recordset(["story"])
        self.assertEqual(self.titles()[-1], "It failed; Olga Operator takes care of it")

    def test_o3_a_pause_is_part_of_the_story(self):
        self.connector.action_pause()

        self.assertEqual(
            self.titles()[-1],
            "Held, since its connector is paused; it goes on after that",
        )

    def test_o3_every_state_has_a_sentence_of_its_own(self):
        event = self.env["mfg.inbox.event"].create(
            {
                "uuid": uuid.uuid4().hex,
                "event_id": "story",
                "connector_id": self.connector.id,
                "ordering_key": "R1",
                "received_at": fields.Datetime.now(),
            }
        )
        for row in (self.message, event):
            for state, _label in row._fields["state"].selection:
                row.state = state
                row.invalidate_recordset(["story"])

                self.assertNotEqual(self.titles(row)[-1], state)

    def test_o3_attempts_are_told_apart_by_how_long_they_took(self):
        slow = self.given_attempt(1, "retryable", duration_ms=2000)
        fast = self.given_attempt(2, "succeeded", duration_ms=500)

        self.assertEqual((slow.duration_share, fast.duration_share), (100.0, 25.0))

    def test_o3_an_attempt_shows_what_differs_from_the_one_before(self):
        request = {"request_method": "POST", "request_url": "https://cmms.test/orders"}
        first = self.given_attempt(
            1,
            "retryable",
            response_status=503,
            request_body=base64.b64encode(b'{"priority": "P1"}'),
            **request,
        )
        second = self.given_attempt(
            2,
            "succeeded",
            response_status=201,
            request_body=base64.b64encode(b'{"priority": "P2"}'),
            **request,
        )

        self.assertFalse(first.request_difference)
        self.assertIn('-  "priority": "P1"', second.request_difference)
        self.assertIn('+  "priority": "P2"', second.request_difference)
        self.assertIn("-HTTP status 503", second.answer_difference)

    def test_o3_an_attempt_is_copied_as_a_command_without_its_credentials(self):
        attempt = self.given_attempt(
            1,
            "succeeded",
            request_method="POST",
            request_url="https://cmms.test/orders",
            request_headers={
                "Authorization": "***",
                "Content-Type": "application/json",
            },
            request_body=base64.b64encode(b'{"a": 1}'),
        )

        self.assertIn("curl -X POST https://cmms.test/orders", attempt.curl)
        self.assertIn("""-H 'Authorization: '"$AUTHORIZATION\"""", attempt.curl)
        self.assertIn("""--data-raw '{"a": 1}'""", attempt.curl)

    def test_o3_an_attempt_that_sent_nothing_has_no_command(self):
        self.assertFalse(self.given_attempt(1, "permanent").curl)

    def test_o3_the_documents_of_the_chain_are_listed_once(self):
        other = self.env["res.partner"].create({"name": "Gearbox"})
        self.given_message()
        self.given_message(res_id=other.id)

        self.assertEqual(
            [document["name"] for document in self.message.related_documents],
            ["Assembly Robot R1", "Gearbox"],
        )
