import json
from pathlib import Path

from odoo.modules.module import get_module_path
from odoo.tests import BaseCase

from odoo.addons.mfg_integration_core.exceptions import UnmappedValueError
from odoo.addons.mfg_integration_core.protocols import webhook_signature
from odoo.addons.mfg_integration_core.protocols.contract import ContractBook
from odoo.addons.mfg_integration_core.protocols.template import Template

ADDON = Path(get_module_path("mfg_integration_quality"))
CONNECTOR = {"base_url": "https://qms.example.com", "username": "", "secret": "s3cret"}
HEADERS = {"webhook-id": "call-1"}
DECIDED = {
    "type": "inspection.decision",
    "inspection": "Q-77",
    "decision": "USAGE_DECISION_ACCEPT",
    "decided_by": "Ines Okafor",
    "decided_at": "2026-03-02T10:20:00+01:00",
    "comment": "Torque of five samples within limits.",
}


class TestDemoQms(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        path = ADDON / "templates" / "demo_qms.yaml"
        cls.template = Template.load(path.read_text(encoding="utf-8"), path.name)
        cls.book = ContractBook([ADDON / "contract"])

    def read(self, **changes):
        """The webhook of a decision in our terms."""
        body = json.dumps({**DECIDED, **changes}).encode()
        return self.template.webhook(HEADERS, body)

    # ---------------------------------------------------------------------- out

    def test_a_request_becomes_an_inspection(self):
        event = self.book.example("mfg.inspection.requested.v1")

        request = self.template.operation("create_inspection").request(event, CONNECTOR)

        self.assertEqual(request.method, "POST")
        self.assertEqual(request.url, "https://qms.example.com/v2/inspections")
        self.assertEqual(request.headers["X-Api-Key"], "s3cret")
        self.assertEqual(request.headers["Idempotency-Key"], event["id"])
        self.assertEqual(
            json.loads(request.body),
            {
                "lot": "LOT-2026-0031",
                "item": "GB-200",
                "qty": 48,
                "reason": "Equipment fault while the lot was in process",
                "source_ref": event["id"],
            },
        )

    def test_the_answer_names_the_inspection(self):
        answer = self.template.operation("create_inspection").read_answer(
            201, {"Location": "/v2/inspections/Q-77"}, b'{"id": "Q-77"}'
        )

        self.assertEqual(answer.reference, "Q-77")

    def test_an_inspection_of_an_uncertain_try_is_found_by_our_reference(self):
        operation = self.template.operation("create_inspection")

        request = operation.lookup_request({"id": "6f9b1"}, CONNECTOR)

        self.assertEqual(
            request.url, "https://qms.example.com/v2/inspections?source_ref=6f9b1"
        )
        self.assertEqual(operation.read_lookup(200, {}, b'[{"id": "Q-77"}]'), "Q-77")
        self.assertIsNone(operation.read_lookup(200, {}, b"[]"))

    # ----------------------------------------------------------------------- in

    def test_a_decision_becomes_an_event_that_keeps_its_contract(self):
        webhook = self.read()

        self.book.check(webhook.event_type, webhook.data)
        self.assertEqual(webhook.event_type, "mfg.inspection.decided.v1")
        self.assertEqual(webhook.event_id, "call-1")
        self.assertEqual(webhook.key, "Q-77")
        self.assertEqual(webhook.time.isoformat(), "2026-03-02T09:20:00+00:00")
        self.assertEqual(
            webhook.data,
            {
                "inspection": "Q-77",
                "disposition": "released",
                "decided_by": "Ines Okafor",
                "decided_at": "2026-03-02T10:20:00+01:00",
                "note": "Torque of five samples within limits.",
            },
        )

    def test_every_word_of_the_qms_is_a_disposition_of_the_contract(self):
        for word, disposition in (
            ("OPEN", "pending"),
            ("IN_TEST", "in_inspection"),
            ("USAGE_DECISION_DEVIATION", "released_with_deviation"),
            ("USAGE_DECISION_REWORK", "rework"),
            ("USAGE_DECISION_REJECT", "rejected"),
        ):
            with self.subTest(word=word):
                webhook = self.read(decision=word)
                self.book.check(webhook.event_type, webhook.data)
                self.assertEqual(webhook.data["disposition"], disposition)

    def test_an_unknown_word_is_parked_not_guessed(self):
        with self.assertRaisesRegex(UnmappedValueError, "SKIP_LOT"):
            self.read(decision="SKIP_LOT")

    def test_a_webhook_is_taken_only_with_a_standard_signature(self):
        body, secret, now = (
            json.dumps(DECIDED).encode(),
            webhook_signature.new_secret(),
            9,
        )
        headers = {
            **HEADERS,
            "webhook-timestamp": str(now),
            "webhook-signature": webhook_signature.sign(secret, "call-1", now, body),
        }

        self.template.verify_webhook([secret], headers, body, now)
