import json
from pathlib import Path

from odoo.modules.module import get_module_path
from odoo.tests import BaseCase

from odoo.addons.mfg_integration_core.protocols.contract import ContractBook
from odoo.addons.mfg_integration_core.protocols.template import Template

ADDON = Path(get_module_path("mfg_integration_mes"))
CONNECTOR = {"base_url": "https://mes.example.com", "username": "", "secret": "s3cret"}
ANSWERED = {
    "type": "job.refused",
    "job": "J-5001",
    "order": "WH/MO/00042",
    "revision": 2,
    "code": "NO_FIXTURE",
    "text": "Out for repair",
    "at": "2026-03-01T16:04:00+01:00",
}


class TestDemoMes(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        path = ADDON / "templates" / "demo_mes.yaml"
        cls.template = Template.load(path.read_text(encoding="utf-8"), path.name)
        cls.book = ContractBook([ADDON / "contract"])

    def request(self, operation, kind, **more):
        """What leaves for the example of a kind of message."""
        event = {**self.book.example(f"mfg.production.{kind}.v1"), **more}
        return self.template.operation(operation).request(event, CONNECTOR)

    def read(self, **changes):
        body = json.dumps({**ANSWERED, **changes}).encode()
        return self.template.webhook({"webhook-id": "call-1"}, body)

    # ---------------------------------------------------------------------- out

    def test_g1_release_becomes_a_job_with_steps_and_materials(self):
        request = self.request("create_job", "released")

        body = json.loads(request.body)
        self.assertEqual(
            (request.method, request.url),
            ("POST", "https://mes.example.com/api/v1/jobs"),
        )
        self.assertEqual(
            (body["order"], body["item"], body["qty"], body["unit"], body["lots"]),
            ("WH/MO/00042", "GB-200", 120, "Units", ["GB-200-0001"]),
        )
        self.assertEqual(
            body["steps"][0],
            {
                "no": 1,
                "name": "Assembly",
                "station": "ASSY1",
                "seconds": 14700,
                "sheet": "https://docs.example.com/gb-200/assembly",
            },
        )
        self.assertEqual(
            body["materials"][1],
            {
                "item": "BRG-6204",
                "qty": 240,
                "unit": "Units",
                "step": 1,
                "backflush": True,
            },
        )
        self.assertEqual(body["extras"][0]["item"], "SWARF")

    def test_g1_change_and_cancel_go_to_the_job(self):
        change = self.request("change_job", "changed", reference="J-5001")
        cancel = self.request("cancel_job", "cancelled", reference="J-5001")

        self.assertEqual(change.url, "https://mes.example.com/api/v1/jobs/J-5001")
        self.assertEqual(json.loads(change.body)["revision"], 2)
        self.assertEqual(
            cancel.url, "https://mes.example.com/api/v1/jobs/J-5001/cancel"
        )
        self.assertEqual(
            json.loads(cancel.body),
            {"revision": 2, "why": "The customer has postponed it."},
        )

    # ----------------------------------------------------------------------- in

    def test_g1_refusal_becomes_an_event_that_keeps_its_contract(self):
        webhook = self.read()

        self.book.check(webhook.event_type, webhook.data)
        self.assertEqual(webhook.key, "WH/MO/00042")
        self.assertEqual(
            webhook.data,
            {
                "order": "WH/MO/00042",
                "revision": 2,
                "accepted": False,
                "reason": {"code": "NO_FIXTURE", "text": "Out for repair"},
                "reference": "J-5001",
            },
        )

    def test_g1_acceptance_becomes_an_event_that_keeps_its_contract(self):
        webhook = self.read(type="job.accepted")

        self.book.check(webhook.event_type, webhook.data)
        self.assertIs(webhook.data["accepted"], True)

    def test_a_webhook_about_something_else_means_nothing(self):
        self.assertIsNone(self.read(type="job.printed").event_type)
