from odoo import fields
from odoo.tests import tagged

from .ownership_case import OwnershipCase

STATE_CHANGED = "mfg.maintenance.state_changed.v1"


@tagged("post_install", "-at_install")
class TestEcho(OwnershipCase):
    """What one side told comes back to it as nothing new."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.given_connector("cmms-of-the-neighbour")
        cls.event_type = cls.env["mfg.event.type"].search(
            [("name", "=", STATE_CHANGED)]
        )
        for connector in (cls.connector, cls.other):
            cls.env["mfg.subscription"].create(
                {"connector_id": connector.id, "event_type_id": cls.event_type.id}
            )
        cls.done = cls.env["maintenance.stage"].search([("done", "=", True)], limit=1)
        cls.doing = cls.env["maintenance.stage"].search(
            [("done", "=", False)], order="sequence desc, id desc", limit=1
        )

    def setUp(self):
        super().setUp()
        self.request = self.given_work_order()
        self.env["mfg.binding"]._bind(self.other, self.request, "WO-1001")
        self.told()

    def told(self):
        """``{connector: states}`` that the partners were told, oldest first."""
        # The state is told just before the commit.
        self.env.flush_all()
        self.env.cr.precommit.run()
        messages = self.messages_about(self.request).filtered(
            lambda message: message.event_type == STATE_CHANGED
        )
        return {
            connector: [
                message.snapshot["data"]["state"]
                for message in messages.sorted("id")
                if message.connector_id == connector
            ]
            for connector in (self.connector, self.other)
        }

    def change(self, stage):
        """A user moves the request; the message to our CMMS."""
        self.request.stage_id = stage
        self.told()
        return self.messages_about(self.request).filtered(
            lambda message: message.connector_id == self.connector
        )[:1]

    def given_delivered(self, message, seconds_ago=60, version=None):
        """The partner has the message, since a while.

        :param version: what it counts since then, where its answer told
        """
        message.state = "delivered"
        if version:
            message.partner_version = version
        self.env.cr.execute(
            "UPDATE mfg_outbox_message SET create_date = %s WHERE id = %s",
            (
                fields.Datetime.subtract(fields.Datetime.now(), seconds=seconds_ago),
                message.id,
            ),
        )
        message.invalidate_recordset(["create_date"])

    def test_b7_change_of_one_partner_is_told_to_the_others_only(self):
        self.work(self.given_report(state="in_progress", version=2))

        self.assertEqual(self.told(), {self.connector: [], self.other: ["in_progress"]})

    def test_b7_partner_that_repeats_its_message_causes_none(self):
        message = self.change(self.done)
        self.given_delivered(message)
        before = self.told()

        self.work(self.given_report(state="completed", version=2))

        self.assertEqual(self.told(), before)

    def test_b7_repetition_does_not_undo_what_came_since(self):
        self.given_delivered(self.change(self.done))
        self.change(self.doing)

        self.work(echo := self.given_report(state="completed", version=2))

        self.assertRecordValues(echo, [{"state": "ignored", "reason_code": "echo"}])
        self.assertRecordValues(
            self.request, [{"mfg_state": "in_progress", "mfg_partner_version": 2}]
        )
        self.assertEqual(
            self.told(),
            dict.fromkeys((self.connector, self.other), ["completed", "in_progress"]),
        )

    def test_b7_partner_that_has_spoken_since_is_believed(self):
        self.given_delivered(self.change(self.done))
        self.work(self.given_report(state="in_progress", version=2))

        self.work(own := self.given_report(state="completed", version=3))

        self.assertEqual(
            (own.state, self.request.mfg_state), ("processed", "completed")
        )

    def test_b7_partner_cannot_repeat_what_it_has_not_got(self):
        self.change(self.done)
        self.change(self.doing)

        self.work(own := self.given_report(state="completed", version=2))

        self.assertEqual(
            (own.state, self.request.mfg_state), ("processed", "completed")
        )

    def test_b7_late_repetitions_undo_nothing_where_the_answers_count(self):
        self.given_delivered(self.change(self.done), version=2)
        self.given_delivered(self.change(self.doing), version=3)
        before = self.told()

        self.work(first := self.given_report(state="completed", version=2))
        self.work(second := self.given_report(state="in_progress", version=3))

        self.assertRecordValues(first, [{"state": "ignored", "reason_code": "echo"}])
        self.assertEqual(second.state, "processed")
        self.assertRecordValues(
            self.request, [{"mfg_state": "in_progress", "mfg_partner_version": 3}]
        )
        self.assertEqual(self.told(), before)

    def test_b7_own_word_that_our_message_has_overwritten_is_noted_and_left(self):
        self.given_delivered(self.change(self.done), version=2)
        self.given_delivered(self.change(self.doing), version=4)
        before = self.told()

        self.work(
            own := self.given_report(
                state="completed", version=3, technician="R. Alvarez", note="Greased."
            )
        )

        self.assertRecordValues(
            own, [{"state": "ignored", "reason_code": "older_version"}]
        )
        self.assertEqual(self.request.mfg_state, "in_progress")
        self.assertEqual(self.told(), before)
        self.assertIn("R. Alvarez", self.request.message_ids[0].body)
        self.assertIn("Greased.", self.request.message_ids[0].body)
        entry = self.env["mfg.audit.entry"].search(
            [("res_model", "=", self.request._name), ("res_id", "=", self.request.id)],
            order="id desc",
            limit=1,
        )
        self.assertRecordValues(
            entry, [{"action": "partner.ignored", "new_value": "completed"}]
        )

    def test_b7_own_word_after_our_message_is_news_by_its_count(self):
        self.given_delivered(self.change(self.doing), version=2)
        self.given_delivered(self.change(self.done), version=3)

        self.work(own := self.given_report(state="in_progress", version=4))

        self.assertEqual(
            (own.state, self.request.mfg_state), ("processed", "in_progress")
        )

    def test_b7_partner_that_was_overwritten_is_followed_to_where_it_is(self):
        message = self.change(self.done)
        # Its own word was handled while ours was on its way.
        self.work(self.given_report(state="in_progress", version=2))
        self.given_delivered(message, version=3)

        self.work(echo := self.given_report(state="completed", version=3))

        self.assertEqual(
            (echo.state, self.request.mfg_state), ("processed", "completed")
        )

    def test_b7_repetition_is_none_of_news_while_something_newer_is_owed(self):
        message = self.change(self.done)
        # The partner has said something of its own since.
        self.work(self.given_report(state="in_progress", version=2))
        self.given_delivered(message, version=3)
        self.change(self.done)
        self.change(self.doing)

        self.work(echo := self.given_report(state="completed", version=3))

        self.assertRecordValues(echo, [{"state": "ignored", "reason_code": "echo"}])
        self.assertEqual(self.request.mfg_state, "in_progress")

    def test_b7_call_that_waited_here_repeats_what_was_known_when_it_came(self):
        self.given_delivered(self.change(self.done))
        echo = self.given_report(state="completed", version=2)
        later = self.change(self.doing)
        self.given_delivered(later, seconds_ago=0)
        self.env["mfg.delivery.attempt"].create(
            {
                "message_id": later.id,
                "number": 1,
                "started_at": fields.Datetime.add(echo.received_at, seconds=1),
            }
        )

        self.work(echo)

        self.assertRecordValues(echo, [{"state": "ignored", "reason_code": "echo"}])
        self.assertEqual(self.request.mfg_state, "in_progress")

    def test_b6_partners_count_for_themselves(self):
        self.work(self.given_report(state="in_progress", version=30))
        theirs = self.given_report(state="completed", version=2)
        theirs.connector_id = self.other

        self.work(theirs)

        self.assertEqual(theirs.state, "processed")
        self.assertEqual(self.request.mfg_state, "completed")

    def test_b7_message_names_the_event_that_caused_it(self):
        self.work(event := self.given_report(state="in_progress", version=2))
        self.told()

        message = self.messages_about(self.request).filtered(
            lambda message: (
                message.connector_id == self.other
                and message.event_type == STATE_CHANGED
            )
        )
        self.assertEqual(message.causation_id, event.uuid)
