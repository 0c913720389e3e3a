import os
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo.exceptions import UserError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import TransactionCase, tagged

from .delivery_case import DeliveryCase


@tagged("post_install", "-at_install")
class TestNeutralizedDatabase(TransactionCase):
    def setUp(self):
        super().setUp()
        keys = patch.dict(
            os.environ, {"MFG_INTEGRATION_KEYS": Fernet.generate_key().decode()}
        )
        keys.start()
        self.addCleanup(keys.stop)
        self.connector = self.env["mfg.connector"].create(
            {"name": "Partner", "code": "partner"}
        )

    def neutralize(self):
        """Do what ``odoo-bin neutralize`` does for the addon."""
        self.env.flush_all()
        for query in get_neutralization_queries(["mfg_integration_core"]):
            self.env.cr.execute(query)
        self.env.registry.clear_all_caches()
        self.env.invalidate_all()

    def test_k8_neutralizing_disarms_and_pauses_every_live_connector(self):
        draft = self.connector.copy({"name": "Draft", "code": "draft"})
        self.connector.action_arm()
        self.connector.action_go_live()

        self.neutralize()

        self.assertFalse(self.connector._is_armed())
        self.assertEqual(self.connector.state, "paused")
        self.assertEqual(draft.state, "draft")

    def test_k8_neutralized_database_that_was_never_armed_is_not_armed_by_going_live(
        self,
    ):
        self.env["ir.config_parameter"].set_param("mfg_integration.armed", False)

        self.neutralize()

        with self.assertRaisesRegex(UserError, "Administrator arms"):
            self.connector.action_go_live()


@tagged("post_install", "-at_install")
class TestDisarmedDatabase(DeliveryCase):
    def setUp(self):
        super().setUp()
        self.disarm()

    def disarm(self):
        """Put the seal of another database in the place of ours."""

        def work(env):
            env["ir.config_parameter"].set_param("mfg_integration.armed", "another")

        self.commit(work)

    def arm(self):
        self.commit(lambda env: env["mfg.connector"].action_arm())

    def test_k8_disarmed_database_keeps_what_it_owes_and_sends_it_once_armed(self):
        self.given_message(self.given_document(), 1)

        self.drain()
        self.assertEqual(self.outbox("state"), ["pending"])
        self.assertEqual(self.partner.calls, 0)

        self.arm()
        self.drain()
        self.assertEqual(self.outbox("state"), ["delivered"])

    def test_k8_connection_test_of_a_disarmed_database_calls_nobody(self):
        with self.assertRaisesRegex(UserError, "not armed"):
            self.commit(
                lambda env: (
                    env["mfg.connector"]
                    .browse(self.connector_id)
                    .action_test_connection()
                )
            )
