from odoo.tests import tagged

from .test_models_replay import ReplayCase


@tagged("post_install", "-at_install")
class TestPause(ReplayCase):
    def given_paused(self):
        self.commit(
            lambda env: env["mfg.connector"].browse(self.connector_id).action_pause()
        )

    def resume(self):
        self.commit(
            lambda env: env["mfg.connector"].browse(self.connector_id).action_resume()
        )

    def held(self, model):
        """How many rows of the connector the list shows as held by its pause."""
        return self.commit(
            lambda env: env[model].search_count(
                [
                    ("connector_id", "=", self.connector_id),
                    ("held_by_pause", "=", True),
                ]
            )
        )

    def test_a11_messages_written_during_a_pause_are_held_and_delivered_after_it(self):
        self.given_paused()
        self.given_messages(*[{"number": number} for number in range(3)])

        self.drain_everything()
        held = self.rows("mfg_outbox_message", "state, attempt_count")
        self.resume()
        self.drain_everything()

        self.assertEqual([state for state, _count in held], ["pending"] * 3)
        self.assertFalse(any(count for _state, count in held))
        self.assertEqual(
            self.rows("mfg_outbox_message", "lane_sequence, state"),
            [(place, "delivered") for place in (1, 2, 3)],
        )

    def test_a11_events_received_during_a_pause_are_held_and_handled_after_it(self):
        self.given_events(self.event(0))
        self.given_paused()
        self.given_events(self.event(1), self.event(2))

        self.drain_everything()
        held = self.states()
        self.resume()
        self.drain_everything()

        self.assertEqual(held, ["received"] * 3)
        self.assertEqual(self.effects(), [0, 1, 2])

    def test_a11_the_lists_show_what_a_pause_holds(self):
        self.given_paused()
        self.given_messages({"number": 1}, {"number": 2})
        self.given_events(self.event(1))

        self.assertEqual(self.held("mfg.outbox.message"), 2)
        self.assertEqual(self.held("mfg.inbox.event"), 1)
        self.assertEqual(self.held("mfg.integration.log"), 3)

        self.resume()

        self.assertEqual(self.held("mfg.integration.log"), 0)

    def test_a11_a_row_says_that_it_is_held_by_the_pause(self):
        self.given_paused()
        (message_id,) = self.given_messages({"number": 1})

        def note(env):
            message = env["mfg.outbox.message"].browse(message_id)
            return message.held_by_pause, message.pause_note

        self.assertEqual(self.commit(note), (True, "By pause"))

    def test_a11_what_is_over_is_not_held_by_a_pause(self):
        self.given_messages({"number": 1})
        self.drain_everything()

        self.given_paused()

        self.assertEqual(self.held("mfg.outbox.message"), 0)
