from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged

from ..exceptions import NotPermittedError


@tagged("post_install", "-at_install")
class TestApiKeyScope(TransactionCase):
    """Keys that open less than all of their connector."""

    def setUp(self):
        super().setUp()
        self.connector = self.env["mfg.connector"].create(
            {"name": "Cell 1", "code": "scoped", "inbound_auth": "api_key"}
        )
        shown = self.connector.action_generate_api_key()
        self.clear = shown["params"]["message"]
        self.key = self.connector.api_key_ids

    def scope(self):
        """What the doors know of the key that was sent."""
        sent = {"Authorization": f"Bearer {self.clear}"}
        return self.connector._check_credentials(sent)

    def audited(self, record, action):
        """``(before, after)`` of the entries about a record, oldest first."""
        entries = self.env["mfg.audit.entry"].search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("action", "=", action),
            ],
            order="id",
        )
        return [(entry.old_value, entry.new_value) for entry in entries]

    def test_k1_new_key_opens_all_of_its_connector(self):
        scope = self.scope()

        for door in ("events", "hooks", "edge", "outbox", "messages"):
            scope.assert_opens(door, "203.0.113.9")
        scope.assert_may_send("mfg.ping.v1")

    def test_k1_limits_of_a_key_hold_at_once(self):
        self.assertFalse(self.scope().doors)
        self.key.write(
            {
                "door_ids": [
                    (4, self.env.ref("mfg_integration_core.mfg_door_events").id)
                ],
                "event_type_ids": [
                    (4, self.env.ref("mfg_integration_core.mfg_event_type_ping").id)
                ],
                "allowed_sources": "10.20.0.0/16, fd12:3456::/48",
            }
        )

        scope = self.scope()

        scope.assert_opens("events", "10.20.0.1")
        scope.assert_may_send("mfg.ping.v1")
        for act in (
            lambda: scope.assert_opens("outbox", "10.20.0.1"),
            lambda: scope.assert_opens("events", "10.21.0.1"),
            lambda: scope.assert_may_send("mfg.machine.state_changed.v1"),
        ):
            self.assertRaises(NotPermittedError, act)

    def test_k1_limits_cost_a_door_no_query(self):
        self.key.allowed_sources = "10.20.0.0/16"
        self.env.flush_all()
        self.scope()

        with self.assertQueryCount(1):  # that the key was used
            self.scope().assert_opens("events", "10.20.0.1")

    def test_k1_addresses_of_a_connector_are_known_to_its_doors(self):
        self.connector.user_id.email = "hub@example.com"
        self.connector.write({"allowed_sources": "10.20.0.0/16", "state": "live"})
        self.env.flush_all()
        found = self.connector._by_code("scoped")

        with self.assertQueryCount(0):
            self.env["mfg.connector"]._by_code("scoped")
        self.assertEqual(found.allowed_sources, "10.20.0.0/16")
        known = self.env["mfg.connector"]._known_to_doors()["scoped"]["fields"]
        self.assertEqual(known["allowed_sources"], "10.20.0.0/16")

    def test_k1_list_of_addresses_that_is_none_is_refused(self):
        for record in (self.key, self.connector):
            with self.assertRaisesRegex(ValidationError, "is no network"):
                record.allowed_sources = "cell-1"

    def test_k1_change_of_a_keys_limits_is_in_the_audit_trail(self):
        self.key.note = "Cell 1"
        self.key.allowed_sources = "10.20.0.0/16"
        self.key.allowed_sources = False

        told = self.audited(self.connector, "api_key.changed")

        prefix = self.key.prefix
        self.assertEqual(
            told,
            [
                (f"{prefix}: ", f"{prefix}: allowed_sources: 10.20.0.0/16"),
                (f"{prefix}: allowed_sources: 10.20.0.0/16", f"{prefix}: "),
            ],
        )

    def test_k1_change_of_who_is_let_in_is_in_the_audit_trail(self):
        self.connector.write({"allowed_sources": "10.20.0.0/16", "parallelism": 3})
        self.connector.write({"parallelism": 4})

        self.assertEqual(
            self.audited(self.connector, "connector.changed"),
            [(False, "allowed_sources: 10.20.0.0/16")],
        )
        self.assertEqual(len(self.audited(self.connector, "connector.created")), 1)

    def test_k1_key_shows_its_plant(self):
        plant = self.env["mfg.plant"].create({"name": "North", "code": "N"})
        self.connector.plant_id = plant

        self.assertEqual(self.key.plant_id, plant)

    # ------------------------------------------------------------------ its end

    def ends_in(self, **time):
        self.key.expires_at = fields.Datetime.now() + timedelta(**time)

    def warnings(self):
        return self.env["mfg.hub.note"].search_count(
            [("connector_id", "=", self.connector.id), ("kind", "=", "trouble")]
        )

    def test_k1_responsible_is_told_once_before_a_key_ends(self):
        self.connector.responsible_id = new_test_user(self.env, "scoped-responsible")
        self.ends_in(days=13)
        for _round in range(2):
            self.env["mfg.api.key"]._warn_of_ends()

        self.assertEqual(self.warnings(), 1)
        self.assertTrue(self.key.ends_soon)
        told = self.connector.message_ids.notified_partner_ids
        self.assertIn(self.connector.responsible_id.partner_id, told)

    def test_k1_key_that_is_given_more_time_is_told_of_again(self):
        self.ends_in(days=13)
        self.env["mfg.api.key"]._warn_of_ends()
        self.ends_in(days=12)
        self.env["mfg.api.key"]._warn_of_ends()

        self.assertEqual(self.warnings(), 2)

    def test_k1_nobody_is_told_of_keys_that_last_or_are_over(self):
        for time in ({"days": 60}, {"days": -1}):
            self.ends_in(**time)
            self.env["mfg.api.key"]._warn_of_ends()
        self.ends_in(days=3)
        self.key.action_revoke()
        self.env["mfg.api.key"]._warn_of_ends()

        self.assertEqual(self.warnings(), 0)
        self.assertFalse(self.key.ends_soon)
