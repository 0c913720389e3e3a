from odoo.tests import TransactionCase

from odoo.addons.mfg_integration_core import compat
from odoo.addons.mfg_integration_core.tests.partner_case import PartnerCase

DECIDED = "mfg.inspection.decided.v1"
INSPECTION = "mfg.quality.inspection"


class QualityCase(PartnerCase, TransactionCase):
    """A plant with one order that makes a lot; a live QMS where a test gives it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.env["product.product"].create(
            {
                "name": "Gearbox GB-200",
                "default_code": "GB-200",
                "tracking": "lot",
                **compat.storable_vals(cls.env),
            }
        )
        cls.component = cls.env["product.product"].create(
            {"name": "Housing", **compat.storable_vals(cls.env)}
        )
        cls.bom = cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": cls.product.product_tmpl_id.id,
                "bom_line_ids": [
                    (0, 0, {"product_id": cls.component.id, "product_qty": 1})
                ],
            }
        )
        cls.order = cls.given_order()
        cls.lot = cls.given_lot("LOT-31")
        compat.set_producing_lots(cls.order, cls.lot)

    # -------------------------------------------------------------------- given

    @classmethod
    def given_order(cls):
        """A confirmed order for 120 gearboxes."""
        order = cls.env["mrp.production"].create(
            {
                "product_id": cls.product.id,
                "bom_id": cls.bom.id,
                "product_qty": 120,
            }
        )
        order.action_confirm()
        return order

    @classmethod
    def given_lot(cls, name):
        """A lot of the gearbox."""
        return cls.env["stock.lot"].create(
            {
                "name": name,
                "product_id": cls.product.id,
                "company_id": cls.env.company.id,
            }
        )

    @classmethod
    def given_qms(cls, code="qms-under-test"):
        """A live connector of the demo QMS, acting with no right but Connection."""
        return cls.given_partner(code, "demo_qms", "QMS")

    def given_fault(self, order=None, reason="Assembly Robot R1: E-217"):
        """A hold on the order, as a machine's fault places it."""
        return self.env["mfg.hold"]._place(
            order or self.order, reason_code="equipment_fault", reason=reason
        )

    def given_inspection(self):
        """The inspection that a fault led to."""
        self.given_fault()
        return self.inspections_of(self.order)

    def given_decision(self, connector, inspection="Q-77", **data):
        """An event of the QMS that a worker has just taken up."""
        data = {
            "inspection": inspection,
            "decided_by": "Ines Okafor",
            "decided_at": "2026-03-02T09:20:00Z",
            **data,
        }
        return self.given_event(connector, DECIDED, data, key=inspection)

    # --------------------------------------------------------------------- then

    def inspections_of(self, order):
        """The inspections that an order led to, oldest first."""
        return self.env[INSPECTION].search(
            [("production_id", "=", order.id)], order="id"
        )

    def holds_of(self, inspection):
        """The holds that wait, or waited, for an inspection."""
        return self.env["mfg.hold"].search(
            [("blocker_model", "=", INSPECTION), ("blocker_id", "=", inspection.id)],
            order="id",
        )

    def audit_of(self, inspection):
        """What the audit trail says about an inspection, oldest first."""
        return self.env["mfg.audit.entry"].search(
            [("res_model", "=", INSPECTION), ("res_id", "=", inspection.id)],
            order="id",
        )
