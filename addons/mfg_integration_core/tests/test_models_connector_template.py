import os
import tempfile
from pathlib import Path
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, tagged

GOOD = """
template: plant_own
name: Our Own System
version: 1
auth: {scheme: none}
check: {method: GET, path: /ping}
operations:
  tell:
    event_type: mfg.production.state_changed.v1
    method: POST
    path: /told
"""
BAD = GOOD.replace("plant_own", "plant_bad").replace("method: POST", "method: SEND")
READ_ONLY = (
    GOOD.partition("operations:")[0].replace("plant_own", "plant_mute")
    + "read_only: Its vendor lets nobody write.\n"
)


@tagged("post_install", "-at_install")
class TestConnectorTemplate(TransactionCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for text in (GOOD, BAD, READ_ONLY):
            key = text.split()[1]
            Path(folder.name, f"{key}.yaml").write_text(text, encoding="utf-8")
        ours = patch.dict(
            os.environ,
            {
                "MFG_INTEGRATION_TEMPLATES": folder.name,
                "MFG_INTEGRATION_KEYS": Fernet.generate_key().decode(),
            },
        )
        ours.start()
        self.addCleanup(ours.stop)
        self._forget_templates()
        self.addCleanup(self._forget_templates)
        self.connector = self.env["mfg.connector"].create(
            {"name": "Partner", "code": "partner", "base_url": "https://p.example.com"}
        )
        self.connector.user_id.email = "partner@example.com"

    def _forget_templates(self):
        self.env.registry.clear_cache()

    def subscribe(self, operation):
        state_changed = "mfg_integration_core.mfg_event_type_production_state_changed"
        return self.env["mfg.subscription"].create(
            {
                "connector_id": self.connector.id,
                "event_type_id": self.env.ref(state_changed).id,
                "operation": operation,
            }
        )

    def test_template_of_the_deployment_is_as_good_as_one_of_an_addon(self):
        self.connector.template = "plant_own"

        self.assertEqual(self.subscribe("tell").operation, "tell")

    def test_wrong_template_closes_no_screen_and_says_what_is_wrong_when_chosen(self):
        names = dict(self.env["mfg.connector"]._selection_template())

        self.assertEqual(names["plant_own"], "Our Own System")
        self.assertIn("mistake", names["plant_bad"])
        with self.assertRaisesRegex(
            ValidationError, "plant_bad.yaml, line 10, operations/tell/method must be"
        ):
            self.connector.template = "plant_bad"

    def test_partner_that_is_called_needs_an_address_to_go_live(self):
        self.connector.write({"template": "plant_own", "base_url": False})

        with self.assertRaisesRegex(UserError, "address of Partner"):
            self.connector.action_go_live()

    def test_partner_that_only_calls_us_goes_live_without_an_address(self):
        self.connector.write({"template": "plant_mute", "base_url": False})
        # Other tests may have armed this database with keys of theirs.
        self.connector.action_arm()

        self.connector.action_go_live()

        self.assertEqual(self.connector.state, "live")

    def test_operation_that_the_template_lacks_is_refused_with_those_it_has(self):
        self.connector.template = "plant_own"

        with self.assertRaisesRegex(ValidationError, "'told', only: tell"):
            self.subscribe("told")

    def test_partner_that_cannot_be_written_back_gets_no_operation(self):
        self.connector.template = "plant_mute"

        with self.assertRaisesRegex(ValidationError, "lets nobody write.*Remove"):
            self.subscribe("tell")

    def test_template_that_lacks_an_operation_in_use_is_refused(self):
        self.connector.template = "plant_own"
        self.subscribe("tell")

        with self.assertRaisesRegex(ValidationError, "lets nobody write"):
            self.connector.template = "plant_mute"
