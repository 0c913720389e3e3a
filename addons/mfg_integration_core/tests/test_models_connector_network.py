from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, tagged

from .delivery_case import DeliveryCase


@tagged("post_install", "-at_install")
class TestAllowedNetworks(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector = cls.env["mfg.connector"].create(
            {"name": "Partner", "code": "partner"}
        )

    def test_k3_list_of_networks_is_kept(self):
        self.connector.allowed_networks = "10.20.0.0/16, 192.168.7.12"

        self.assertEqual(self.connector.allowed_networks, "10.20.0.0/16, 192.168.7.12")

    def test_k3_word_that_is_no_network_is_refused_with_an_example(self):
        with self.assertRaisesRegex(ValidationError, "10.20.0.0/16"):
            self.connector.allowed_networks = "our plant"

    def test_k3_list_that_names_every_address_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "every address"):
            self.connector.allowed_networks = "0.0.0.0/0"


@tagged("post_install", "-at_install")
class TestGuardedDelivery(DeliveryCase):
    def setUp(self):
        super().setUp()
        self.configure(allowed_networks=False)

    def test_k3_message_to_an_address_that_is_not_allowed_becomes_a_dead_letter(self):
        self.given_message(self.given_document(), 1)

        self.drain()

        ((state, code, reason),) = self.outbox("state", "reason_code", "reason")
        self.assertEqual((state, code), ("dead", "address_refused"))
        self.assertIn("127.0.0.1", reason)
        self.assertIn("Allowed Networks", reason)
        self.assertEqual(self.partner.calls, 0)

    def test_k3_message_to_an_allowed_address_is_delivered(self):
        self.configure(allowed_networks="10.0.0.0/8, 127.0.0.1")
        self.given_message(self.given_document(), 1)

        self.drain()

        self.assertEqual(self.outbox("state"), ["delivered"])
        self.assertEqual(self.partner.told, [1])

    def test_k3_connection_test_names_host_address_and_remedy(self):
        self.configure(base_url=self.partner.url.replace("127.0.0.1", "localhost"))

        with self.assertRaisesRegex(UserError, "localhost.*(127.0.0.1|::1).*Allowed"):
            self.commit(self._test_connection)

    def _test_connection(self, env):
        env["mfg.connector"].browse(self.connector_id).action_test_connection()
