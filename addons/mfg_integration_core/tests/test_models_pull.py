from ..protocols.outbox_page import Acknowledgement
from .delivery_case import DeliveryCase


class TestPull(DeliveryCase):
    """What a partner fetches that nobody calls, and how it leaves the backlog."""

    def setUp(self):
        super().setUp()
        self.configure(template=False, adapter="pull")

    # ---------------------------------------------------------------- helpers

    def fetch(self, after=0, limit=100):
        """``(numbers, position of the last, whether more follow)`` of a page."""
        events, last, more = self.commit(lambda env: self._fetch(env, after, limit))
        return [event["data"]["number"] for event in events], last, more

    def _fetch(self, env, after, limit):
        return env["mfg.connector"].browse(self.connector_id)._fetch(after, limit)

    def numbers(self):
        """What a round from the beginning gives."""
        return self.fetch()[0]

    def uuid(self, message_id):
        return self.read("mfg.outbox.message", message_id, "uuid")

    def acknowledge(self, *pairs):
        """Statuses of acknowledgements of ``(message id, partner's number)``."""
        items = [Acknowledgement(self.uuid(one), name) for one, name in pairs]
        results = self.commit(
            lambda env: (
                env["mfg.connector"]
                .browse(self.connector_id)
                ._take_acknowledgements(items)
            )
        )
        return [result["status"] for result in results]

    def press(self, message_id, button):
        self.commit(
            lambda env: getattr(env["mfg.outbox.message"].browse(message_id), button)()
        )

    def set_state(self, message_id, state):
        self.sql(
            "UPDATE mfg_outbox_message SET state = %s WHERE id = %s", state, message_id
        )

    # ------------------------------------------------------------------ pages

    def test_c11_document_leaves_the_backlog_only_after_the_ack(self):
        document = self.given_document()
        first, second = (self.given_message(document, n) for n in (1, 2))
        self.assertEqual([self.numbers(), self.numbers()], [[1, 2], [1, 2]])

        answers = self.acknowledge((first, "WO-1"))

        self.assertEqual(answers, ["acknowledged"])
        self.assertEqual(self.numbers(), [2])
        self.assertEqual(
            self.outbox("state", "partner_reference"),
            [("acknowledged", "WO-1"), ("pending", None)],
        )
        self.assertEqual(self.acknowledge((second, "WO-2")), ["acknowledged"])
        self.assertEqual(self.numbers(), [])

    def test_c11_pages_follow_each_other_in_the_order_of_the_lanes(self):
        documents = [self.given_document(name) for name in ("D1", "D2")]
        for number in range(6):
            self.given_message(documents[number % 2], number)

        numbers, last, more = self.fetch(limit=4)
        rest, end, no_more = self.fetch(after=last, limit=4)

        self.assertEqual((numbers, more), ([0, 1, 2, 3], True))
        self.assertEqual((rest, no_more), ([4, 5], False))
        self.assertEqual(self.fetch(after=end), ([], end, False))

    def test_c11_who_goes_on_behind_the_cursor_misses_nothing_written_since(self):
        document = self.given_document()
        self.given_message(document, 1)
        _numbers, last, _more = self.fetch()
        self.given_message(document, 2)

        self.assertEqual(self.fetch(after=last)[0], [2])

    def test_c11_nobody_is_called_and_no_work_is_due(self):
        self.given_message(self.given_document(), 1)

        self.assertEqual(self.drain(), 0)

        self.assertEqual(self.partner.calls, 0)
        due = self.commit(
            lambda env: env["mfg.connector"].browse(self.connector_id)._due_view()
        )
        self.assertEqual((due.lanes, due.oldest_due_at), (0, None))

    def test_c11_what_a_called_partner_was_owed_is_fetched_once_it_fetches(self):
        self.configure(template="test_partner", adapter="rest")
        self.partner.answers(503)
        self.given_message(self.given_document(), 1)
        self.drain()
        self.assertEqual(self.outbox("state"), ["retry"])

        self.configure(template=False, adapter="pull")

        self.assertEqual(self.numbers(), [1])

    # ---------------------------------------------------------- what stays back

    def test_c11_message_that_waits_for_a_person_holds_its_lane_only(self):
        held, other = self.given_document("D1"), self.given_document("D2")
        first = self.given_message(held, 1)
        self.given_message(held, 2)
        self.given_message(other, 3)
        self.fetch()
        self.set_state(first, "held")

        self.assertEqual(self.numbers(), [3])

    def test_c11_message_that_was_held_is_fetched_behind_the_cursor(self):
        document = self.given_document()
        first = self.given_message(document, 1)
        _numbers, last, _more = self.fetch()
        self.set_state(first, "held")
        self.press(first, "action_retry")

        self.assertEqual(self.fetch(after=last)[0], [1])

    def test_c11_expired_message_is_on_no_page(self):
        message = self.given_message(self.given_document(), 1)
        self.sql(
            "UPDATE mfg_outbox_message SET expires_at = now() - interval '1 day'"
            " WHERE id = %s",
            message,
        )

        self.assertEqual(self.numbers(), [])
        self.assertEqual(self.outbox("state"), ["expired"])

    def test_c11_superseded_message_is_on_no_page(self):
        self.subscribe_with(full_state=True)
        document = self.given_document()
        self.given_message(document, 1)
        self.given_message(document, 2)

        self.assertEqual(self.numbers(), [2])
        self.assertEqual(self.outbox("state"), ["superseded", "pending"])

    def test_c11_cancelled_message_is_on_no_page(self):
        document = self.given_document()
        first = self.given_message(document, 1)
        self.given_message(document, 2)
        self.fetch()

        self.press(first, "action_cancel")

        self.assertEqual(self.numbers(), [2])

    # --------------------------------------------------------- acknowledgements

    def test_c11_same_acknowledgement_again_is_answered_alike(self):
        message = self.given_message(self.given_document(), 1)
        self.fetch()

        answers = [self.acknowledge((message, "WO-1")) for _ in range(3)]

        self.assertEqual(answers, [["acknowledged"]] * 3)
        self.assertEqual(len(self.attempts(message)), 1)

    def test_c11_other_number_for_the_same_message_is_a_conflict(self):
        message = self.given_message(self.given_document(), 1)
        self.fetch()

        answers = self.acknowledge((message, "WO-1"), (message, "WO-2"))
        later = self.acknowledge((message, "WO-3"))

        self.assertEqual(answers + later, ["acknowledged", "conflict", "conflict"])
        self.assertEqual(self.outbox("partner_reference"), ["WO-1"])

    def test_c11_message_that_nobody_fetched_cannot_be_acknowledged(self):
        message = self.given_message(self.given_document(), 1)

        self.assertEqual(self.acknowledge((message, "WO-1")), ["unknown"])

        self.assertEqual(self.outbox("state"), ["pending"])

    def test_c11_acknowledgement_out_of_order_is_taken_and_the_first_stays(self):
        document = self.given_document()
        self.given_message(document, 1)
        second = self.given_message(document, 2)
        self.fetch()

        self.assertEqual(self.acknowledge((second, "WO-2")), ["acknowledged"])

        self.assertEqual(self.numbers(), [1])

    def test_c11_acknowledgement_counts_for_what_expired_after_it_was_fetched(self):
        message = self.given_message(self.given_document(), 1)
        self.fetch()
        self.set_state(message, "expired")

        self.assertEqual(self.acknowledge((message, "WO-1")), ["acknowledged"])

        self.assertEqual(self.outbox("state"), ["acknowledged"])

    def test_c11_document_is_known_by_the_partners_number(self):
        document = self.given_document()
        message = self.given_message(document, 1)
        self.fetch()

        self.acknowledge((message, "WO-1"))

        bound = self.sql(
            "SELECT res_model, res_id FROM mfg_binding"
            " WHERE connector_id = %s AND external_id = 'WO-1'",
            self.connector_id,
        )
        self.assertEqual(bound, [("mfg.test.effect", document)])
        self.assertEqual(self.attempts(message), [(1, "succeeded")])

    def test_c11_replayed_message_is_fetched_and_acknowledged_again(self):
        message = self.given_message(self.given_document(), 1)
        _numbers, last, _more = self.fetch()
        self.acknowledge((message, "WO-1"))
        self.commit(
            lambda env: (
                env["mfg.outbox.message"]
                .browse(message)
                ._set_state("retry", allowed=("acknowledged",))
            )
        )

        self.assertEqual(self.fetch(after=last)[0], [1])
        self.assertEqual(self.acknowledge((message, "WO-1")), ["acknowledged"])
        self.assertEqual(self.numbers(), [])

    def attempts(self, message):
        return self.sql(
            "SELECT number, outcome FROM mfg_delivery_attempt WHERE message_id = %s",
            message,
        )
