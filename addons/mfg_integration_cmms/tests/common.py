from odoo.tests import TransactionCase

from odoo.addons.mfg_integration_core.tests.partner_case import PartnerCase

REPORTED = "mfg.maintenance.reported.v1"


class CmmsCase(PartnerCase, TransactionCase):
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
        return cls.given_partner(code, "demo_cmms", "CMMS")

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
        return self.given_event(
            self.connector,
            REPORTED,
            {"work_order": work_order, **data},
            key=work_order,
            event_time=event_time,
        )

    def messages_about(self, document):
        """Messages owed about a document."""
        return self.env["mfg.outbox.message"].search(
            [("res_model", "=", document._name), ("res_id", "=", document.id)]
        )
