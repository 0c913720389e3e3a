from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import ManufacturingCase

STATE_CHANGED = "mfg.production.state_changed.v1"


@tagged("post_install", "-at_install")
class TestLatency(ManufacturingCase):
    """How soon a message goes is a setting of its subscription."""

    def given_message(self, **latency):
        connector = self.env["mfg.connector"].create(
            {"name": "MES", "code": "latency-mes"}
        )
        connector.state = "live"
        event_type = self.env["mfg.event.type"].search([("name", "=", STATE_CHANGED)])
        subscription = {
            "connector_id": connector.id,
            "event_type_id": event_type.id,
            **latency,
        }
        self.env["mfg.subscription"].create(subscription)
        return self.env["mfg.outbox.message"]._emit(STATE_CHANGED, self.order, {})

    def test_d8_message_goes_at_once_unless_told_otherwise(self):
        self.assertFalse(self.given_message().next_attempt_at)

    def test_d8_message_of_a_small_batch_goes_at_the_next_full_interval(self):
        message = self.given_message(latency_class="micro_batch", batch_s=300)

        due = message.next_attempt_at
        self.assertEqual((due.minute % 5, due.second), (0, 0))
        self.assertGreater(due, message.create_date)

    def test_d8_message_outside_its_window_waits_for_it(self):
        hour = (self.env.cr.now().hour + 3) % 24
        message = self.given_message(
            latency_class="window",
            window_opens_h=hour,
            window_closes_h=(hour + 1) % 24,
        )

        self.assertEqual(
            (message.state, message.next_attempt_at.minute), ("pending", 0)
        )

    def test_d8_interval_that_gathers_nothing_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "how many seconds"):
            self.given_message(latency_class="micro_batch", batch_s=0)
