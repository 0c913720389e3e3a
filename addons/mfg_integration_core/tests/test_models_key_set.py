import json
from unittest.mock import patch

from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged

from ..exceptions import RetryableDeliveryError
from ..unit_of_work import read_committed
from .committed_case import CommittedCase

URL = "https://login.example.com/plant/keys"


@tagged("post_install", "-at_install")
class TestKeySet(CommittedCase):
    """How keys are fetched, with the provider's answer at hand."""

    def setUp(self):
        super().setUp()
        self.commit(self._ask_for_tokens)

    def _ask_for_tokens(self, env):
        env["mfg.connector"].browse(self.connector_id).write(
            {
                "inbound_auth": "jwt",
                "jwt_issuer": "https://login.example.com/plant",
                "jwt_audience": "hub",
                "jwks_url": URL,
                "jwt_claim_value": "cell-1",
            }
        )

    def fetched(self, answer):
        """What :meth:`_fetch` says when the provider answers like that.

        :param answer: called with nothing, while the provider would be asked
        """
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            # What the sweeper did before.
            env["mfg.connector"].search([])
            self.caller = cr

            def ask(_self, url, _network):
                self.assertEqual(url, URL)
                return answer()

            with patch.object(type(env["mfg.key.set"]), "_ask", ask):
                return env["mfg.key.set"]._fetch(self.connector_id)

    def test_c5_provider_is_asked_while_no_transaction_is_open(self):
        seen = []

        def answer():
            seen.append(self.caller.connection.info.transaction_status)
            seen.append(self.others_open())
            return json.dumps({"keys": []})

        self.assertIsNone(self.fetched(answer))

        self.assertEqual(seen, [TRANSACTION_STATUS_IDLE, 0])
        self.assertEqual(self.kept(), [(URL, json.dumps({"keys": []}), None)])

    def test_c5_failed_try_is_kept_without_keys(self):
        def answer():
            raise RetryableDeliveryError("The provider is down.")

        self.assertEqual(self.fetched(answer), "The provider is down.")

        self.assertEqual(self.kept(), [(URL, None, "The provider is down.")])

    def test_c5_connector_that_is_gone_has_no_provider(self):
        self.connector_id = 0

        self.assertIsNone(self.fetched(self.fail))

    def others_open(self):
        """Transactions of this process, but for the one that counts them."""
        with read_committed(self.registry) as cr:
            cr.execute(
                """
                SELECT count(*)
                  FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()
                   AND state = 'idle in transaction'
                """
            )
            return cr.fetchone()[0]

    def kept(self):
        """What is known of the connector's keys."""
        return self.sql(
            "SELECT url, keys, failure FROM mfg_key_set WHERE connector_id = %s",
            self.connector_id,
        )
