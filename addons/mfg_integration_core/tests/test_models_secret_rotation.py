import os
from datetime import timedelta
from unittest.mock import patch

from cryptography.fernet import Fernet
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, TransactionCase, new_test_user, tagged

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


@tagged("post_install", "-at_install")
class RotationCase(TransactionCase):
    def setUp(self):
        super().setUp()
        # Others commit secrets under keys that nobody has any more.
        self.env["mfg.secret"].search([]).unlink()
        self.given_keys(OLD)
        self.connector = self.env["mfg.connector"].create(
            {
                "name": "Partner",
                "code": "partner",
                "outbound_secret": "ours",
                "inbound_secret": "theirs",
            }
        )

    def given_keys(self, *keys):
        """Configure the deployment's keys, the current one first."""
        configured = patch.dict(os.environ, {"MFG_INTEGRATION_KEYS": ",".join(keys)})
        configured.start()
        self.addCleanup(configured.stop)

    def given_operator(self):
        return new_test_user(
            self.env, "operator", groups="mfg_integration_core.group_operator"
        )


class TestKeyRotation(RotationCase):
    def test_k2_after_a_rotation_the_current_key_alone_opens_every_secret(self):
        self.given_keys(NEW, OLD)

        notice = self.env["mfg.secret"].action_reseal()["params"]

        self.given_keys(NEW)
        self.assertEqual(notice["type"], "success")
        self.assertEqual(self.connector._secrets("outbound"), ["ours"])
        self.assertEqual(self.connector._secrets("inbound"), ["theirs"])

    def test_k2_settings_tell_how_many_secrets_wait_for_the_rotation(self):
        settings = self.env["res.config.settings"]
        self.assertEqual(settings.create({}).mfg_outdated_secret_count, 0)

        self.given_keys(NEW, OLD)
        self.assertGreaterEqual(settings.create({}).mfg_outdated_secret_count, 2)
        settings.create({}).action_mfg_reseal()

        self.assertEqual(settings.create({}).mfg_outdated_secret_count, 0)

    def test_k8_armed_database_stays_armed_when_its_key_is_rotated_away(self):
        self.connector.action_arm()
        self.given_keys(NEW, OLD)

        self.env["mfg.secret"].action_reseal()

        self.given_keys(NEW)
        self.assertTrue(self.connector._is_armed())

    def test_k8_rotation_does_not_arm_a_copy(self):
        self.connector.action_arm()
        self.env["ir.config_parameter"].set_param("database.uuid", "another")

        self.env["mfg.secret"].action_reseal()

        self.assertFalse(self.connector._is_armed())

    def test_k2_secret_that_no_key_opens_is_named_and_the_others_are_resealed(self):
        self.given_keys(NEW)
        self.connector.copy({"name": "Readable", "code": "r"}).inbound_secret = "new"

        notice = self.env["mfg.secret"].action_reseal()["params"]

        self.assertEqual(notice["type"], "danger")
        self.assertIn("Partner", notice["message"])
        self.assertNotIn("Readable", notice["message"])

    def test_k2_only_an_administrator_rotates_keys(self):
        secrets = self.env["mfg.secret"].with_user(self.given_operator())

        with self.assertRaises(AccessError):
            secrets.action_reseal()


class TestSigningSecretRotation(RotationCase):
    def rotate(self, **values):
        """Rotate as a person does; the new secret, as it is shown."""
        action = self.env.ref("mfg_integration_core.mfg_secret_rotate_action")
        wizard = Form(
            self.env[action.res_model].with_context(
                default_connector_id=self.connector.id
            )
        )
        for name, value in values.items():
            setattr(wizard, name, value)
        return wizard.save().action_rotate()["params"]["message"]

    def in_force(self, **later):
        with freeze_time(fields.Datetime.now() + timedelta(**later)):
            return self.connector._secrets("inbound")

    def test_c5_old_and_new_secret_both_work_until_the_cut_off_then_only_new(self):
        new = self.rotate()

        self.assertEqual(self.in_force(days=0), [new, "theirs"])
        self.assertEqual(self.in_force(days=6, hours=23), [new, "theirs"])
        self.assertEqual(self.in_force(days=7, hours=1), [new])

    def test_c5_secret_that_leaked_ends_at_once(self):
        new = self.rotate(overlap_days=0)

        self.assertEqual(self.in_force(seconds=1), [new])

    def test_c5_second_rotation_does_not_prolong_the_first_secret(self):
        self.rotate(overlap_days=1)
        second = self.rotate(overlap_days=7)

        self.assertEqual(len(self.in_force(days=0)), 3)
        self.assertNotIn("theirs", self.in_force(days=2))
        self.assertEqual(self.in_force(days=8), [second])

    def test_c5_rotation_leaves_the_secret_that_we_call_with_alone(self):
        self.rotate()

        self.assertEqual(self.connector._secrets("outbound"), ["ours"])

    def test_c5_rotation_is_audited_without_the_secret(self):
        new = self.rotate()

        entry = self.env["mfg.audit.entry"].search([("action", "=", "secret.rotated")])
        self.assertEqual(entry.res_id, self.connector.id)
        self.assertNotIn(new, str(entry.read()))

    def test_c5_overlap_is_a_number_of_days_from_none_to_a_year(self):
        for days in (-1, 366):
            with self.assertRaises(ValidationError):
                self.rotate(overlap_days=days)

    def test_c5_only_an_administrator_rotates_a_secret(self):
        wizards = self.env["mfg.secret.rotate"].with_user(self.given_operator())

        with self.assertRaises(AccessError):
            wizards.create({"connector_id": self.connector.id})
