import os
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules.migration import load_script
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..exceptions import UnknownConnectorError

KEY = Fernet.generate_key().decode()


@tagged("post_install", "-at_install")
class TestConnector(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        keys = patch.dict(os.environ, {"MFG_INTEGRATION_KEYS": KEY})
        keys.start()
        cls.addClassCleanup(keys.stop)
        cls.connector = cls.env["mfg.connector"].create(
            {"name": "Partner", "code": "partner"}
        )

    def test_a_code_that_does_not_fit_into_an_address_is_refused(self):
        with self.assertRaises(ValidationError):
            self.connector.code = "Plant A/1"

    def test_whom_a_connector_acts_as_is_sent_no_mail(self):
        acting = new_test_user(self.env, "acting", email="acting@plant.example")

        connector = self.env["mfg.connector"].create(
            {"name": "Other", "code": "other", "user_id": acting.id}
        )
        connector.message_post(body="Look", subtype_xmlid="mail.mt_comment")

        self.assertNotIn(acting.partner_id, connector.message_partner_ids)
        notified = connector.message_ids.notified_partner_ids
        self.assertNotIn(acting.partner_id, notified)

    def test_an_upgrade_lets_users_that_are_acted_as_follow_no_more(self):
        acting = new_test_user(self.env, "acting", email="acting@plant.example")
        in_charge = new_test_user(self.env, "boss", email="boss@plant.example")
        own = self.connector.message_partner_ids
        self.connector.write({"user_id": acting.id, "responsible_id": in_charge.id})
        self.connector.message_subscribe((acting + in_charge).partner_id.ids)
        self.env.flush_all()

        path = "mfg_integration_core/migrations/1.1.0/post-followers.py"
        load_script(path, "followers").migrate(self.env.cr, "17.0.1.0.0")
        self.env.invalidate_all()

        followers = self.connector.message_partner_ids
        self.assertEqual(followers, own | in_charge.partner_id)

    def test_a_door_knows_its_connector_without_asking_the_database(self):
        self.connector.state = "live"
        self.env["mfg.connector"]._by_code("partner")
        self.env.flush_all()
        self.env.invalidate_all()

        with self.assertQueryCount(0):
            found = self.env["mfg.connector"]._by_code("partner")
            known = found.max_body_bytes, found.company_id, found.state

        self.assertEqual(found, self.connector)
        self.assertEqual(
            known, (self.connector.max_body_bytes, self.connector.company_id, "live")
        )

    def test_a_door_knows_at_once_what_changes_at_its_connector(self):
        def change(**values):
            self.connector.write(values)
            self.env.flush_all()

        connectors = self.env["mfg.connector"]
        change(state="live")
        connectors._by_code("partner")

        change(max_body_bytes=17)
        self.assertEqual(connectors._by_code("partner").max_body_bytes, 17)
        change(code="renamed")
        self.assertEqual(connectors._by_code("renamed"), self.connector)
        with self.assertRaises(UnknownConnectorError):
            connectors._by_code("partner")
        for closed, opened in (
            ({"active": False}, {"active": True}),
            ({"state": "draft"}, {"state": "live"}),
        ):
            change(**closed)
            with self.assertRaises(UnknownConnectorError):
                connectors._by_code("renamed")
            change(**opened)
            self.assertEqual(connectors._by_code("renamed"), self.connector)

    def test_an_address_without_a_host_is_refused(self):
        with self.assertRaises(ValidationError):
            self.connector.base_url = "cmms.example"

    def test_addresses_of_several_connectors_are_read_together(self):
        other = self.connector.copy({"name": "Other", "code": "other"})

        urls = (self.connector | other).mapped("inbound_url")

        self.assertEqual([url.rpartition("/")[2] for url in urls], ["partner", "other"])

    def test_a_secret_is_stored_sealed_and_never_comes_back_to_a_screen(self):
        self.connector.outbound_secret = "s3cret-of-the-partner"
        self.env.flush_all()

        self.assertFalse(self.connector.outbound_secret)
        self.assertTrue(self.connector.has_outbound_secret)
        self.assertEqual(self.connector._secrets("outbound"), ["s3cret-of-the-partner"])
        self.env.cr.execute("SELECT sealed FROM mfg_secret")
        self.assertNotIn("s3cret", str(self.env.cr.fetchall()))

    def test_while_secrets_overlap_all_that_are_valid_are_in_force(self):
        for secret in ("old", "new"):
            self.connector.inbound_secret = secret

        self.assertEqual(self.connector._secrets("inbound"), ["new", "old"])
        self.connector.secret_ids[-1].valid_until = "2000-01-01 00:00:00"
        self.assertEqual(self.connector._secrets("inbound"), ["new"])

    def test_without_a_key_a_secret_is_refused_with_the_remedy(self):
        with (
            patch.dict(os.environ, {"MFG_INTEGRATION_KEYS": ""}),
            self.assertRaisesRegex(UserError, "MFG_INTEGRATION_KEYS"),
        ):
            self.connector.outbound_secret = "s3cret"

    def test_a_copy_of_the_database_is_disarmed(self):
        self.connector.action_arm()
        self.assertTrue(self.connector._is_armed())

        # What Odoo does to a duplicated database.
        self.env["ir.config_parameter"].set_param("database.uuid", "another")

        self.assertFalse(self.connector._is_armed())

    def test_in_a_copy_no_connector_goes_live_before_somebody_arms_it(self):
        self.connector.action_arm()
        self.env["ir.config_parameter"].set_param("database.uuid", "another")

        with self.assertRaisesRegex(UserError, "copy"):
            self.connector.action_go_live()

    def test_a_connector_whose_user_could_write_no_note_does_not_go_live(self):
        self.connector.user_id = new_test_user(self.env, "bot", email=False)

        with self.assertRaisesRegex(UserError, "email address"):
            self.connector.action_go_live()

    def test_the_first_connector_that_goes_live_arms_the_hub(self):
        self.env["ir.config_parameter"].set_param("mfg_integration.armed", False)

        self.connector.action_go_live()

        self.assertTrue(self.connector.armed)

    def test_another_environment_with_the_same_database_is_disarmed(self):
        self.connector.action_arm()

        with patch.dict(os.environ, {"MFG_INTEGRATION_ENVIRONMENT": "test"}):
            self.assertFalse(self.connector._is_armed())

    def test_only_an_administrator_arms(self):
        operator = new_test_user(
            self.env, "operator", groups="mfg_integration_core.group_operator"
        )

        with self.assertRaises(UserError):
            self.connector.with_user(operator).action_arm()

    @mute_logger("odoo.sql_db")
    def test_a_viewer_reads_no_secret(self):
        self.connector.outbound_secret = "s3cret"
        viewer = new_test_user(
            self.env, "viewer", groups="mfg_integration_core.group_viewer"
        )

        readable = self.connector.with_user(viewer).read()[0]

        self.assertFalse(readable["outbound_secret"])
        with self.assertRaises(AccessError):
            self.connector.secret_ids.with_user(viewer).read(["purpose"])

    def test_b10_upgrade_from_1_0_understands_connectors_by_bindings_only(self):
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE mfg_connector DROP COLUMN own_codes")
        path = "mfg_integration_core/migrations/1.1.0/pre-own-codes.py"

        script = load_script(path, "own_codes")
        script.migrate(self.env.cr, "17.0.1.0.0")
        self.env.invalidate_all()
        self.assertFalse(self.connector.own_codes)
        self.connector.own_codes = True
        self.env.flush_all()
        script.migrate(self.env.cr, "17.0.1.0.0")
        self.env.invalidate_all()

        self.assertTrue(self.connector.own_codes)
