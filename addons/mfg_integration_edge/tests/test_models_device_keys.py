from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from odoo.addons.mfg_integration_core.exceptions import (
    CredentialsError,
    IdConflictError,
    NotPermittedError,
    RateLimitError,
)
from odoo.addons.mfg_integration_core.protocols import partner_credentials

from .. import enrolment_store
from ..protocols.device_enrolment import Application
from ..protocols.device_scope import DOOR
from .common import EdgeCase

KEY = "key of the gateway"
GATEWAY, PRESS = "/plant/line-1/gateway", "/plant/line-1/press"
ROLES = "mfg_integration_core.group_"


class TestDeviceKeys(EdgeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector.device_trust = "own_keys"
        cls.approver = new_test_user(cls.env, "device-approver", f"{ROLES}approver")

    def given_application(self, key=KEY, source=GATEWAY, at="10.0.0.7"):
        """How the application of a device stands that has made this key."""
        digest = partner_credentials.digest(key)
        self.env.flush_all()
        return enrolment_store.apply(
            self.env.cr,
            self.connector.id,
            Application(source, digest, "Gateway of line 1"),
            at=self.env.cr.now(),
            address=at,
        )

    def enrolment(self, key=KEY):
        digest = partner_credentials.digest(key)
        self.env.invalidate_all()
        return self.env["mfg.edge.enrolment"].search([("key_sha256", "=", digest)])

    def given_let_in(self, key=KEY, source=GATEWAY):
        """The device whose application was approved."""
        self.given_application(key, source)
        enrolment = self.enrolment(key)
        enrolment.with_user(self.approver)._decide(True, "Compared at the panel")
        return enrolment.device_id

    def scope(self, key=KEY, door=DOOR):
        """What a caller with this key may do at a door."""
        headers = {"Authorization": f"Bearer {key}"}
        proof = self.connector._proof_at(door)
        scope = self.connector._check_credentials(headers, proof)
        scope.assert_opens(door, "10.0.0.7")
        return scope

    def assertRefused(self, error, code, call, *args, **values):
        with self.assertRaises(error) as caught:
            call(*args, **values)
        self.assertEqual(caught.exception.code, code)

    def test_h7_device_waits_until_a_person_has_approved_it(self):
        self.assertEqual(self.given_application(), "waiting")
        self.assertRefused(NotPermittedError, "device_not_approved", self.scope)

        self.enrolment().with_user(self.approver)._decide(True, "Compared")

        scope = self.scope()
        self.assertEqual(scope.device_source, GATEWAY)
        self.assertEqual(scope.device_id, self.enrolment().device_id.id)
        self.assertEqual(self.enrolment().device_id.state, "approved")

    def test_h7_key_speaks_for_its_own_device_only(self):
        self.given_let_in()

        scope = self.scope()

        scope.assert_speaks_as(GATEWAY)
        self.assertRefused(
            NotPermittedError, "source_refused", scope.assert_speaks_as, PRESS
        )

    def test_h7_one_device_is_revoked_alone(self):
        gateway = self.given_let_in()
        self.given_let_in("key of the press", PRESS)

        gateway.with_user(self.approver).action_revoke()

        self.assertRefused(CredentialsError, "key_wrong", self.scope)
        self.assertEqual(gateway.state, "revoked")
        self.assertEqual(self.scope("key of the press").device_source, PRESS)

    def test_h7_refused_device_stays_out_and_may_ask_with_another_key(self):
        self.given_application()
        self.enrolment().with_user(self.approver)._decide(False, "Nobody knows it")

        self.assertRefused(NotPermittedError, "device_refused", self.scope)
        self.assertRefused(NotPermittedError, "device_refused", self.given_application)
        self.assertEqual(self.given_application("a second key"), "waiting")

    def test_h7_same_application_again_is_answered_alike_and_changes_nothing(self):
        self.given_application(at="10.0.0.7")
        again = self.given_application(at="10.9.9.9")

        self.assertEqual(again, "waiting")
        self.assertEqual(self.enrolment().asked_from, "10.0.0.7")
        self.enrolment().with_user(self.approver)._decide(True, "Compared")
        self.assertEqual(self.given_application(), "approved")

    def test_h7_another_key_for_a_waiting_device_is_refused(self):
        self.given_application()

        self.assertRefused(
            IdConflictError, "enrolment_waiting", self.given_application, "of a thief"
        )

    def test_h7_key_of_another_device_is_refused(self):
        self.given_let_in()

        for source in (PRESS, "/elsewhere"):
            self.assertRefused(
                IdConflictError,
                "key_known",
                self.given_application,
                KEY,
                source,
            )

    def test_h7_new_key_of_a_device_ends_the_one_before_once_it_is_approved(self):
        gateway = self.given_let_in()

        self.given_application("key after a repair")

        self.assertEqual(self.scope().device_id, gateway.id)
        self.assertEqual((gateway.state, gateway.waiting_count), ("approved", 1))
        self.enrolment("key after a repair").with_user(self.approver)._decide(
            True, "OK"
        )
        self.assertEqual(self.scope("key after a repair").device_id, gateway.id)
        self.assertRefused(CredentialsError, "key_wrong", self.scope)

    def test_h7_revoked_key_is_not_let_in_a_second_time(self):
        self.given_let_in().with_user(self.approver).action_revoke()

        self.assertRefused(NotPermittedError, "device_revoked", self.given_application)

    def test_h7_flood_of_unknown_devices_fills_a_list_and_no_more(self):
        for number in range(enrolment_store.MOST_WAITING):
            self.given_application(f"key {number}", f"/unknown/{number}")

        self.assertRefused(
            RateLimitError, "too_many_waiting", self.given_application, "one", "/more"
        )
        devices = self.env["mfg.edge.device"].search_count(
            [("connector_id", "=", self.connector.id)]
        )
        self.assertEqual(devices, enrolment_store.MOST_WAITING)

    def test_h7_key_of_a_device_opens_no_other_door(self):
        self.given_let_in()
        self.connector.inbound_auth = "api_key"

        for door in ("events", "hooks", "outbox", "messages", "devices"):
            self.assertRefused(NotPermittedError, "door_refused", self.scope, door=door)

    def test_h7_key_of_the_connector_is_none_of_a_device(self):
        self.connector.inbound_auth = "api_key"
        clear = self.env["mfg.api.key"]._generate(self.connector)

        self.assertRefused(CredentialsError, "key_wrong", self.scope, clear)

    def test_h7_key_of_a_device_stays_its_own(self):
        device = self.given_let_in()
        press = self.given_let_in("key of the press", PRESS)

        with self.assertRaises(UserError):
            device.key_ids.device_id = press
        with self.assertRaises(UserError):
            device.source = PRESS

    def test_h7_administrator_makes_a_device_and_sees_its_key_once(self):
        device = self.env["mfg.edge.device"].create(
            {"connector_id": self.connector.id, "source": PRESS, "name": "Press"}
        )

        first = device.action_generate_key()["params"]["message"]
        second = device.action_generate_key()["params"]["message"]

        self.assertEqual(self.scope(second).device_source, PRESS)
        self.assertRefused(CredentialsError, "key_wrong", self.scope, first)

    def test_h7_only_an_approver_decides_and_revokes(self):
        device = self.given_let_in()
        self.given_application("key of the press", PRESS)
        enrolment = self.enrolment("key of the press")
        for role in ("viewer", "operator", "auditor"):
            user = new_test_user(self.env, f"device-{role}", f"{ROLES}{role}")
            with self.assertRaises(AccessError):
                enrolment.with_user(user)._decide(True, "I like it")
            with self.assertRaises(AccessError):
                device.with_user(user).action_revoke()
        with self.assertRaises(AccessError):
            device.with_user(self.approver).action_generate_key()

    def test_h7_who_let_a_device_in_is_in_the_audit_trail(self):
        device = self.given_let_in()
        device.with_user(self.approver).action_revoke()

        entries = self.env["mfg.audit.entry"].search(
            [("res_model", "=", device._name), ("res_id", "=", device.id)], order="id"
        )

        self.assertEqual(
            entries.mapped("action"), ["device.approved", "device.revoked"]
        )
        self.assertEqual(set(entries.mapped("actor")), {self.approver.login})
        self.assertEqual(entries[0].why, "Compared at the panel")

    def test_h7_two_decisions_about_one_device_are_one(self):
        self.given_application()
        enrolment = self.enrolment().with_user(self.approver)
        enrolment._decide(False, "Unknown")

        with self.assertRaises(UserError):
            enrolment._decide(True, "Known after all")
