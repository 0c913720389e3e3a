import base64
import os
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo.tests import tagged

from .delivery_case import DeliveryCase

SECRET = "s3cret-of-the-partner"
BASIC = base64.b64encode(f"hub:{SECRET}".encode()).decode()


@tagged("post_install", "-at_install")
class TestSecretsInAttempts(DeliveryCase):
    def setUp(self):
        super().setUp()
        self.configure(username="hub", outbound_secret=SECRET)

    def recorded(self):
        """Everything that is kept of the messages and their attempts, as text."""
        rows = self.sql(
            """
            SELECT to_jsonb(message) - 'snapshot', to_jsonb(attempt),
                   convert_from(decode(encode(attempt.request_body, 'escape'),
                                       'base64'), 'UTF8'),
                   convert_from(decode(encode(attempt.response_body, 'escape'),
                                       'base64'), 'UTF8')
              FROM mfg_delivery_attempt attempt
              JOIN mfg_outbox_message message ON message.id = attempt.message_id
             WHERE message.connector_id = %s
            """,
            self.connector_id,
        )
        self.assertTrue(rows)
        return str(rows)

    def assertHidden(self, recorded):
        self.assertNotIn(SECRET, recorded)
        self.assertNotIn(BASIC, recorded)
        self.assertIn("***", recorded)

    def test_k2_secret_that_the_partner_repeats_is_not_recorded(self):
        self.partner.answers(422, X_Echo=f"no such key: {SECRET}, Basic {BASIC}")
        self.given_message(self.given_document(), 1)

        self.drain()

        self.assertEqual(self.outbox("state"), ["dead"])
        self.assertHidden(self.recorded())

    def test_k2_secret_in_the_address_is_not_recorded(self):
        self.configure(base_url=f"{self.partner.url}/key/{SECRET}")
        self.given_message(self.given_document(), 1)

        self.drain()

        self.assertHidden(self.recorded())

    def test_k2_secret_in_the_error_of_a_partner_that_is_away_is_not_recorded(self):
        self.configure(base_url=f"http://127.0.0.1:1/{SECRET}")
        self.given_message(self.given_document(), 1)

        self.drain()

        self.assertEqual(self.outbox("state"), ["retry"])
        self.assertHidden(self.recorded())

    def test_k2_message_says_that_no_key_opens_the_secret(self):
        self.given_message(self.given_document(), 1)
        another_key = {"MFG_INTEGRATION_KEYS": Fernet.generate_key().decode()}

        with patch.dict(os.environ, another_key):
            self.commit(lambda env: env["mfg.connector"].action_arm())
            self.drain()

        self.assertEqual(
            self.outbox("state", "reason_code"), [("retry", "secret_unreadable")]
        )
        self.assertEqual(self.partner.calls, 0)
