import os
from datetime import timedelta
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..models import mfg_audit_sealing as sealing
from .committed_case import CommittedCase
from .common import ManufacturingCase

#: Whether a role may have the chain verified.
VERIFIES = {"auditor": True, "administrator": True, "approver": False}


@tagged("post_install", "-at_install")
class TestAuditSealing(CommittedCase):
    """Entries get their place in the chain within seconds of their commit."""

    def setUp(self):
        super().setUp()
        sealing._asked_until.clear()
        self.addCleanup(sealing._asked_until.clear)
        self.sql("DELETE FROM queue_job WHERE identity_key LIKE 'mfg-seal-%%'")

    def given_entry(self):
        def write(env):
            connector = env["mfg.connector"].browse(self.connector_id)
            return env["mfg.audit.entry"]._append(connector, "test.happened").id

        return self.commit(write)

    def jobs(self):
        return self.sql(
            "SELECT id, eta FROM queue_job WHERE identity_key LIKE 'mfg-seal-%%'"
        )

    def runner(self, is_there=True):
        return patch.object(
            self.registry["mfg.sweeper"], "_runner_holds_lock", lambda self: is_there
        )

    def is_sealed(self, entry_id):
        ((number,),) = self.sql(
            "SELECT seal_number FROM mfg_audit_entry WHERE id = %s", entry_id
        )
        return number is not None

    def test_k1_job_seals_an_entry_within_ten_seconds_of_its_commit(self):
        with self.runner():
            entry_id = self.given_entry()

        ((_job, eta),) = self.jobs()
        self.assertLessEqual(eta - fields.Datetime.now(), timedelta(seconds=5))
        self.assertFalse(self.is_sealed(entry_id))
        self.commit(lambda env: env["mfg.audit.entry"]._seal_now())
        self.assertTrue(self.is_sealed(entry_id))

    def test_k1_many_commits_ask_for_few_jobs(self):
        with self.runner():
            for _each in range(10):
                self.given_entry()

        self.assertLessEqual(len(self.jobs()), 2)

    def test_k1_no_job_is_left_behind_where_nobody_runs_jobs(self):
        with self.runner(is_there=False):
            entry_id = self.given_entry()

        self.assertFalse(self.jobs())
        self.commit(lambda env: env["mfg.audit.entry"]._cron_seal())
        self.assertTrue(self.is_sealed(entry_id))


class TestAuditVerdict(ManufacturingCase):
    def test_k1_verdict_names_the_head_and_finds_a_chain_that_was_cut_off(self):
        trail = self.env["mfg.audit.entry"]
        trail._append(self.order, "test.happened")
        trail._cron_seal()
        number, digest = trail._head()

        intact, told = trail._verdict(f"{number}:{digest}")
        self.assertTrue(intact, told)
        self.assertIn(f"{number}:{digest}", told)

        intact, told = trail._verdict(f"{number + 7}:{digest}")
        self.assertFalse(intact)
        self.assertIn(f"{number + 7}:{digest}", told)

    def test_k1_only_auditors_and_administrators_verify(self):
        for role, may in VERIFIES.items():
            user = new_test_user(
                self.env, f"verify-{role}", f"mfg_integration_core.group_{role}"
            )
            verify = self.env["mfg.audit.entry"].with_user(user).action_verify
            if may:
                self.assertEqual(verify()["params"]["type"], "success")
            else:
                self.assertRaises(AccessError, verify)

    def test_k1_secret_that_is_stored_or_removed_is_in_the_audit_trail(self):
        connector = self.env["mfg.connector"].create({"name": "S", "code": "sealed-s"})
        key = Fernet.generate_key().decode()
        with patch.dict(os.environ, {"MFG_INTEGRATION_KEYS": key}):
            connector.action_generate_inbound_secret()
        connector.secret_ids.unlink()

        actions = self.audit(connector).mapped("action")
        self.assertIn("secret.stored", actions)
        self.assertIn("secret.removed", actions)
