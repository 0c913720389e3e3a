import hashlib
import hmac
import json
from pathlib import Path

from odoo.modules.module import get_module_path
from odoo.tests import BaseCase

from odoo.addons.mfg_integration_core.exceptions import (
    SignatureError,
    UnmappedValueError,
)
from odoo.addons.mfg_integration_core.protocols.contract import ContractBook
from odoo.addons.mfg_integration_core.protocols.template import Template

ADDON = Path(get_module_path("mfg_integration_cmms"))
CONNECTOR = {
    "base_url": "https://cmms.example.com/",
    "username": "",
    "secret": "s3cret",
}
CHANGED = {
    "event": "workorder.changed",
    "wo_no": "WO-1001",
    "status": "FINISHED",
    "version": 4,
    "changed_at": 1772442161000,
    "technician": "Ada Lindqvist",
    "note": "Replaced the sensor.",
}


class TestDemoCmms(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        path = ADDON / "templates" / "demo_cmms.yaml"
        cls.template = Template.load(path.read_text(encoding="utf-8"), path.name)
        cls.book = ContractBook([ADDON / "contract"])

    def read(self, **changes):
        """The webhook of a changed work order in our terms."""
        return self.template.webhook({}, json.dumps({**CHANGED, **changes}).encode())

    # ---------------------------------------------------------------------- out

    def test_a_request_becomes_a_work_order(self):
        event = self.book.example("mfg.maintenance.requested.v1")

        request = self.template.operation("create_work_order").request(event, CONNECTOR)

        self.assertEqual(request.method, "POST")
        self.assertEqual(request.url, "https://cmms.example.com/api/workorders")
        self.assertEqual(request.headers["Authorization"], "Bearer s3cret")
        self.assertEqual(request.headers["Idempotency-Key"], event["id"])
        self.assertEqual(
            json.loads(request.body),
            {
                "summary": "Assembly Robot R1: E-217 gripper does not close",
                "asset": "ASSY-R1",
                "priority": "P2",
                "external_ref": event["id"],
                "details": "The gripper did not reach its end position within 2 s.",
            },
        )

    def test_an_asset_without_id_is_named_by_serial_or_name(self):
        event = self.book.example("mfg.maintenance.requested.v1")
        operation = self.template.operation("create_work_order")

        for asset, named in (
            ({"name": "R1", "external_id": None, "serial": "R1-7"}, "R1-7"),
            ({"name": "R1", "external_id": None, "serial": None}, "R1"),
        ):
            with self.subTest(named=named):
                data = {**event["data"], "asset": asset}
                request = operation.request({**event, "data": data}, CONNECTOR)
                self.assertEqual(json.loads(request.body)["asset"], named)

    def test_the_answer_names_the_work_order(self):
        answer = self.template.operation("create_work_order").read_answer(
            201, {}, b'{"wo_no": "WO-1001", "status": "NEW", "version": 1}'
        )

        self.assertEqual(answer.reference, "WO-1001")

    def test_a_work_order_of_an_uncertain_try_is_found_by_our_reference(self):
        operation = self.template.operation("create_work_order")

        request = operation.lookup_request({"id": "6f9b 1"}, CONNECTOR)

        self.assertEqual(
            request.url,
            "https://cmms.example.com/api/workorders?external_ref=6f9b%201",
        )
        self.assertEqual(
            operation.read_lookup(200, {}, b'[{"wo_no": "WO-1001"}]'), "WO-1001"
        )
        self.assertIsNone(operation.read_lookup(200, {}, b"[]"))

    # ----------------------------------------------------------------------- in

    def test_a_changed_work_order_becomes_an_event_that_keeps_its_contract(self):
        webhook = self.read()

        self.book.check(webhook.event_type, webhook.data)
        self.assertEqual(webhook.event_type, "mfg.maintenance.reported.v1")
        self.assertEqual(webhook.event_id, "WO-1001-4")
        self.assertEqual(webhook.key, "WO-1001")
        self.assertEqual(webhook.time.isoformat(), "2026-03-02T09:02:41+00:00")
        self.assertEqual(
            webhook.data,
            {
                "work_order": "WO-1001",
                "state": "completed",
                "version": 4,
                "technician": "Ada Lindqvist",
                "note": "Replaced the sensor.",
                "completed_at": "2026-03-02T09:02:41Z",
            },
        )

    def test_every_word_of_the_cmms_is_a_state_of_the_contract(self):
        words = ("NEW", "PLANNED", "WIP", "AWAITING_PARTS", "SIGNED_OFF", "VOID")

        for word in words:
            with self.subTest(word=word):
                webhook = self.read(status=word)
                self.book.check(webhook.event_type, webhook.data)
                self.assertNotIn("completed_at", webhook.data)

    def test_an_unknown_word_is_parked_not_guessed(self):
        with self.assertRaisesRegex(UnmappedValueError, "ESCALATED"):
            self.read(status="ESCALATED")

    def test_a_webhook_about_something_else_means_nothing(self):
        self.assertIsNone(self.read(event="asset.changed").event_type)

    def test_a_webhook_is_taken_only_with_the_signature_of_the_cmms(self):
        body, secret, now = json.dumps(CHANGED).encode(), "hook secret", 1772442161
        digest = hmac.new(
            secret.encode(), b"%d." % now + body, hashlib.sha256
        ).hexdigest()

        self.template.verify_webhook(
            [secret], {"X-Cmms-Signature": f"t={now},v1={digest}"}, body, now
        )

        with self.assertRaises(SignatureError):
            self.template.verify_webhook(
                [secret], {"X-Cmms-Signature": f"t={now},v1={digest}"}, b"{}", now
            )
