from .release_case import ReleaseCase


class TestReleaseDelay(ReleaseCase):
    def message(self):
        return self.env["mfg.outbox.message"].search(
            [("res_model", "=", self.order._name), ("res_id", "=", self.order.id)]
        )

    def given_message(self, state, reason=None):
        self.message().write({"state": state, "reason": reason})
        self.order.invalidate_recordset()

    def test_g1_an_order_that_has_not_reached_the_mes_says_why(self):
        self.given_released()
        self.assertFalse(self.order.mfg_release_delay)

        self.given_message("retry", "No answer from http://127.0.0.1:1.\nMore")

        self.assertEqual(self.order.mfg_release_state, "released")
        self.assertEqual(
            self.order.mfg_release_delay, "No answer from http://127.0.0.1:1."
        )

    def test_g1_nothing_is_said_once_the_mes_has_it(self):
        self.given_released()
        self.given_message("retry", "No answer")

        self.given_message("delivered")

        self.assertFalse(self.order.mfg_release_delay)

    def test_g1_a_pause_of_the_connector_is_said_on_the_order(self):
        self.given_released()

        self.connector.state = "paused"
        self.order.invalidate_recordset()

        self.assertIn("paused", self.order.mfg_release_delay)

    def test_g1_planner_gets_from_the_order_to_what_the_mes_was_told(self):
        self.given_released()

        action = self.order.action_mfg_view_release_messages()

        shown = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(shown, self.message())
