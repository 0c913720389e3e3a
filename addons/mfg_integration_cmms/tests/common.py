from uuid import uuid4

from odoo import fields
from odoo.tests import TransactionCase, new_test_user

REPORTED = "mfg.maintenance.reported.v1"


class CmmsCase(TransactionCase):
    """A plant with one equipment and a live CMMS."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector = cls.given_connector("cmms-under-test")
        cls.equipment = cls.env["maintenance.equipment"].create(
            {"name": "Assembly Robot R1", "serial_no": "R1-0007"}
        )

    @classmethod
    def given_connector(cls, code):
        """A live connector of the demo CMMS, acting with no right but Connection."""
        user = new_test_user(
            cls.env, code, groups="mfg_integration_core.group_connection"
        )
        user.email = False  # Systems have no mailbox.
        connector = cls.env["mfg.connector"].create(
            {
                "name": f"CMMS {code}",
                "code": code,
                "template": "demo_cmms",
                "base_url": "http://127.0.0.1:1",
                "state": "live",
                "user_id": user.id,
            }
        )
        connector.action_add_default_subscriptions()
        return connector

    def given_request(self, **values):
        """A corrective maintenance request for the equipment."""
        return self.env["maintenance.request"].create(
            {"name": "Gripper", "equipment_id": self.equipment.id, **values}
        )

    def given_work_order(self, number="WO-1001", **values):
        """A request that the CMMS knows as ``number``."""
        request = self.given_request(**values)
        self.env["mfg.binding"]._bind(self.connector, request, number)
        return request

    def given_report(self, work_order="WO-1001", event_time=False, **data):
        """An event of the CMMS that a worker has just taken up."""
        event_id = str(uuid4())
        return self.env["mfg.inbox.event"].create(
            {
                "uuid": str(uuid4()),
                "connector_id": self.connector.id,
                "company_id": self.connector.company_id.id,
                "event_id": event_id,
                "event_type": REPORTED,
                "event_time": event_time,
                "received_at": fields.Datetime.now(),
                "ordering_key": work_order,
                "correlation_id": str(uuid4()),
                "state": "processing",
                "payload": {
                    "specversion": "1.0",
                    "id": event_id,
                    "source": "/cmms",
                    "type": REPORTED,
                    "data": {"work_order": work_order, **data},
                },
            }
        )

    def handle(self, event):
        """Handle the event as a worker does: as the connector's user."""
        connector = event.connector_id
        as_user = event.with_user(connector.user_id).with_context(
            mfg_connector_id=connector.id,
            allowed_company_ids=connector.company_id.ids,
        )
        as_user._handle_as_user()

    def messages_about(self, document):
        """Messages owed about a document."""
        return self.env["mfg.outbox.message"].search(
            [("res_model", "=", document._name), ("res_id", "=", document.id)]
        )
