import base64
import json
import time
from datetime import timedelta
from unittest.mock import patch

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, TransactionCase, new_test_user, tagged

from ..exceptions import CredentialsError

TOKENS = {
    "inbound_auth": "jwt",
    "jwt_issuer": "https://login.example.com/plant",
    "jwt_audience": "hub",
    "jwks_url": "https://login.example.com/plant/keys",
    "jwt_claim_value": "cell-1",
}


@tagged("post_install", "-at_install")
class InboundAuthCase(TransactionCase):
    def given_connector(self, **values):
        return self.env["mfg.connector"].create(
            {"name": "Partner", "code": "auth-partner", **values}
        )

    def given_key(self, connector):
        """A key as it is shown, and its record."""
        shown = connector.action_generate_api_key()["params"]["message"]
        return shown, connector.api_key_ids.sorted("id")[-1]

    def refusal(self, connector, authorization):
        """What is answered to who sends that."""
        with self.assertRaises(CredentialsError) as refused:
            connector._check_credentials({"Authorization": authorization})
        return refused.exception


class TestApiKeys(InboundAuthCase):
    def test_k1_key_is_shown_once_and_stored_as_its_hash(self):
        connector = self.given_connector(inbound_auth="api_key")

        clear, key = self.given_key(connector)

        connector._check_credentials({"Authorization": f"Bearer {clear}"})
        self.assertTrue(clear.startswith(f"{key.prefix}_"))
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(k)::text FROM mfg_api_key k")
        stored = " ".join(row for (row,) in self.env.cr.fetchall())
        self.assertIn(key.prefix, stored)
        self.assertNotIn(clear.removeprefix(key.prefix), stored)

    def test_k1_key_is_in_force_until_it_ends_or_is_revoked(self):
        connector = self.given_connector(inbound_auth="api_key")
        (old, first), (new, second) = (self.given_key(connector) for _ in range(2))

        first.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.assertEqual(self.refusal(connector, f"Bearer {old}").code, "key_wrong")
        connector._check_credentials({"Authorization": f"Bearer {new}"})

        second.action_revoke()
        self.assertEqual(self.refusal(connector, f"Bearer {new}").code, "key_wrong")

    def test_k1_revoked_key_never_comes_back(self):
        connector = self.given_connector(inbound_auth="api_key")
        clear, key = self.given_key(connector)
        key.action_revoke()
        revoked_at = key.revoked_at

        for values in ({"revoked_at": False}, {"digest": "0" * 64}):
            with self.assertRaisesRegex(UserError, "Generate a new key"):
                key.write(values)
        key.write({"note": "lost", "expires_at": False})
        key.action_revoke()

        self.assertEqual(key.revoked_at, revoked_at)
        self.assertEqual(self.refusal(connector, f"Bearer {clear}").code, "key_wrong")

    def test_k1_key_opens_no_other_connector(self):
        connector = self.given_connector(inbound_auth="api_key")
        other = self.given_connector(inbound_auth="api_key", code="auth-other")
        clear, _key = self.given_key(connector)

        self.assertEqual(self.refusal(other, f"Bearer {clear}").code, "key_wrong")

    def test_k1_use_is_shown_and_is_written_once_a_minute(self):
        connector = self.given_connector(inbound_auth="api_key")
        clear, key = self.given_key(connector)
        self.assertFalse(key.last_used_at)

        for _each in range(3):
            connector._check_credentials({"Authorization": f"Bearer {clear}"})

        key.invalidate_recordset(["last_used_at"])
        self.assertTrue(key.last_used_at)
        self.env.cr.execute(
            "SELECT count(*) FROM mfg_api_key_use WHERE key_id = %s", (key.id,)
        )
        self.assertEqual(self.env.cr.fetchone(), (1,))

    def test_k1_who_made_and_revoked_a_key_is_in_the_audit_trail(self):
        connector = self.given_connector(inbound_auth="api_key")
        clear, key = self.given_key(connector)
        key.action_revoke()

        entries = self.env["mfg.audit.entry"].search(
            [("res_model", "=", "mfg.connector"), ("res_id", "=", connector.id)]
        )

        told = {entry.action: entry.new_value or entry.old_value for entry in entries}
        self.assertEqual(told.get("api_key.created"), key.prefix)
        self.assertEqual(told.get("api_key.revoked"), key.prefix)
        self.assertNotIn(clear, str(entries.read()))

    def test_k1_copy_of_a_connector_has_no_keys(self):
        connector = self.given_connector(inbound_auth="api_key")
        self.given_key(connector)

        self.assertFalse(connector.copy({"code": "auth-copy"}).api_key_ids)

    def test_k1_only_administrators_see_and_make_keys(self):
        connector = self.given_connector(inbound_auth="api_key")
        _clear, key = self.given_key(connector)
        operator = new_test_user(
            self.env, "auth-operator", groups="mfg_integration_core.group_operator"
        )

        with self.assertRaises(AccessError):
            connector.with_user(operator).action_generate_api_key()
        with self.assertRaises(AccessError):
            key.with_user(operator).read(["prefix"])
        with self.assertRaises(AccessError):
            connector.with_user(operator).action_fetch_keys()

    def test_k1_nobody_gives_a_connector_a_key_that_somebody_made_up(self):
        connector = self.given_connector(inbound_auth="api_key")
        admin = new_test_user(
            self.env, "auth-admin", groups="mfg_integration_core.group_administrator"
        )
        made_up = {"connector_id": connector.id, "prefix": "abc", "digest": "0" * 64}

        with self.assertRaises(AccessError):
            self.env["mfg.api.key"].with_user(admin).create(made_up)
        self.assertTrue(connector.with_user(admin).action_generate_api_key())

    def test_k1_keys_of_another_company_are_not_seen(self):
        company = self.env["res.company"].create({"name": "Another company"})
        theirs = self.given_connector(inbound_auth="api_key", company_id=company.id)
        _clear, key = self.given_key(theirs)
        admin = new_test_user(
            self.env, "auth-admin", groups="mfg_integration_core.group_administrator"
        )

        self.assertFalse(
            self.env["mfg.api.key"].with_user(admin).search([("id", "=", key.id)])
        )
        with self.assertRaises(AccessError):
            theirs.with_user(admin).action_generate_api_key()


class TestLogin(InboundAuthCase):
    def test_c5_login_has_to_be_allowed_and_named(self):
        connector = self.given_connector()
        for values, told in (
            ({"inbound_username": "hub"}, "weakest proof"),
            ({"basic_allowed": True}, "user name"),
        ):
            with (
                self.assertRaisesRegex(ValidationError, told),
                self.env.cr.savepoint(),
            ):
                connector.write({"inbound_auth": "basic", **values})
            connector.invalidate_recordset()

    def test_c5_user_and_password_are_both_needed(self):
        connector = self.given_connector(
            inbound_auth="basic", inbound_username="hub", basic_allowed=True
        )
        clear, _key = self.given_key(connector)

        connector._check_credentials({"Authorization": _basic("hub", clear)})

        refusals = [
            self.refusal(connector, _basic(*pair))
            for pair in (("hub", "x"), ("bub", clear), ("", ""))
        ]
        self.assertEqual({error.code for error in refusals}, {"login_wrong"})
        self.assertEqual(len({str(error) for error in refusals}), 1)


class TestTokens(InboundAuthCase):
    def setUp(self):
        super().setUp()
        self.connector = self.given_connector(**TOKENS)
        self.private = ec.generate_private_key(ec.SECP256R1())

    def given_stored_keys(self):
        public = json.loads(ECAlgorithm.to_jwk(self.private.public_key()))
        keys = json.dumps({"keys": [{**public, "kid": "one"}]})
        self.env["mfg.key.set"]._keep(
            self.connector.id, self.connector.jwks_url, keys, None
        )

    def token(self, **claims):
        told = {
            "iss": self.connector.jwt_issuer,
            "aud": "hub",
            "sub": "cell-1",
            "exp": int(time.time()) + 60,
            **claims,
        }
        return jwt.encode(told, self.private, "ES256", {"kid": "one"})

    def test_c5_token_is_checked_with_the_stored_keys(self):
        self.given_stored_keys()

        self.connector._check_credentials({"Authorization": f"Bearer {self.token()}"})

        error = self.refusal(self.connector, f"Bearer {self.token(sub='cell-2')}")
        self.assertEqual(error.code, "token_wrong")
        self.assertIn('error="invalid_token"', error.challenge)

    def test_c5_keys_of_another_address_are_not_trusted(self):
        self.given_stored_keys()
        self.connector.jwks_url = "https://other.example.com/keys"

        error = self.refusal(self.connector, f"Bearer {self.token()}")

        self.assertEqual(error.code, "token_key_unknown")

    def test_c5_failed_try_keeps_the_keys_and_is_shown(self):
        self.given_stored_keys()

        self.env["mfg.key.set"]._keep(
            self.connector.id, self.connector.jwks_url, None, "The provider is down."
        )

        self.connector._check_credentials({"Authorization": f"Bearer {self.token()}"})
        self.assertEqual(self.connector.key_set_failure, "The provider is down.")
        self.assertTrue(self.connector.key_set_fetched_at)

    def test_c5_keys_are_wished_for_once_and_not_after_they_were_asked_for(self):
        wishes = [self.connector._wish_for_keys() for _each in range(2)]
        self.assertEqual(wishes, [True, False])

        # Which fulfils the wish.
        self.given_stored_keys()
        self.env.flush_all()
        self.assertFalse(self.connector._wish_for_keys())

    def test_c5_button_says_why_there_are_no_keys(self):
        def fetch(_self, _connector_id):
            return "Nobody answers."

        with (
            patch.object(type(self.env["mfg.key.set"]), "_fetch", fetch),
            self.assertRaisesRegex(UserError, "Nobody answers"),
        ):
            self.connector.action_fetch_keys()

    def test_c5_token_without_rules_cannot_be_chosen(self):
        for name in ("jwt_issuer", "jwt_audience", "jwks_url", "jwt_claim_value"):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.connector.write({name: False})
        with self.assertRaisesRegex(ValidationError, "HS256"):
            self.connector.jwt_algorithms = "HS256"


class TestForm(InboundAuthCase):
    def test_c5_signature_is_what_a_new_connector_asks_for(self):
        form = Form(self.env["mfg.connector"])

        self.assertEqual(form.inbound_auth, "signature")


def _basic(username, password):
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()
