from .common import CmmsCase

CHANGED = "mfg.maintenance.changed.v1"
STATE_CHANGED = "mfg.maintenance.state_changed.v1"
COMMENTED = "mfg.maintenance.commented.v1"


class TestRequestChanges(CmmsCase):
    """What a CMMS hears of a request that it was asked to work on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.subscribe(cls.connector)

    @classmethod
    def subscribe(cls, connector):
        """The connector wants to hear of everything that follows a request."""
        for name in (CHANGED, STATE_CHANGED, COMMENTED):
            event_type = cls.env["mfg.event.type"].search([("name", "=", name)])
            cls.env["mfg.subscription"].create(
                {"connector_id": connector.id, "event_type_id": event_type.id}
            )

    def told(self, request, event_type, connector=None):
        """``data`` of the messages of that type, in order; each keeps its contract."""
        # The state is told just before the commit.
        self.env.flush_all()
        self.env.cr.precommit.run()
        messages = self.messages_about(request).filtered(
            lambda message: (
                message.event_type == event_type
                and message.connector_id == (connector or self.connector)
            )
        )
        found = [message.snapshot["data"] for message in messages.sorted("id")]
        for data in found:
            self.env["mfg.event.type"]._contracts().check(event_type, data)
        return found

    def finish(self, request):
        request.stage_id = self.env["maintenance.stage"].search(
            [("done", "=", True)], limit=1
        )

    def test_a_change_of_what_the_request_says_is_told(self):
        request = self.given_work_order()
        self.env["mfg.binding"]._bind(self.connector, self.equipment, "ASSY-R1")

        request.write({"name": "Gripper, left", "priority": "3"})

        (data,) = self.told(request, CHANGED)
        self.assertEqual(data["title"], "Gripper, left")
        self.assertEqual(data["priority"], "urgent")
        self.assertEqual(data["asset"]["external_id"], "ASSY-R1")

    def test_a_change_of_nothing_is_not_told(self):
        request = self.given_work_order()

        request.write({"name": "Gripper"})
        request.color = 3

        self.assertFalse(self.told(request, CHANGED))

    def test_a_change_is_told_before_the_cmms_has_answered(self):
        request = self.given_request()

        request.name = "Gripper, left"

        self.assertEqual(len(self.told(request, CHANGED)), 1)

    def test_a_cmms_that_was_not_asked_hears_of_nothing(self):
        request = self.given_work_order()
        late = self.given_connector("cmms-that-came-later")
        self.subscribe(late)

        request.name = "Gripper, left"
        request.message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.finish(request)

        for event_type in (CHANGED, STATE_CHANGED, COMMENTED):
            self.assertTrue(self.told(request, event_type))
            self.assertFalse(self.told(request, event_type, late))

    def test_the_state_is_told_once_per_transaction(self):
        request = self.given_work_order()
        self.told(request, STATE_CHANGED)

        request.schedule_date = "2026-03-03 08:00:00"
        self.finish(request)

        self.assertEqual(
            self.told(request, STATE_CHANGED),
            [
                {
                    "reference": f"MR-{request.id}",
                    "state": "completed",
                    "previous_state": "requested",
                }
            ],
        )

    def test_the_cmms_does_not_hear_what_it_said_itself(self):
        request = self.given_work_order()
        self.told(request, STATE_CHANGED)

        self.handle(self.given_report(state="completed", note="Done."))

        self.assertEqual(request.mfg_state, "completed")
        self.assertFalse(self.told(request, STATE_CHANGED))
        self.assertFalse(self.told(request, COMMENTED))

    def test_a_message_is_told_and_an_internal_note_is_not(self):
        request = self.given_work_order()

        request.message_post(
            body="The spare one lies in cabinet 3.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        request.message_post(
            body="It is his fault.",
            message_type="comment",
            subtype_xmlid="mail.mt_note",
        )

        (data,) = self.told(request, COMMENTED)
        self.assertEqual(data["text"], "The spare one lies in cabinet 3.")
        self.assertEqual(data["author"], self.env.user.partner_id.name)
