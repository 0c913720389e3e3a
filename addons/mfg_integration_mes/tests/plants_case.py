"""Two plants with an order each, and what was reported of it."""

from odoo import fields

from odoo.addons.mfg_integration_core.tests.plants_case import SECRET, PlantsScene


class MesPlantsScene(PlantsScene):
    """Rows of each model that tells of reports, one for each plant."""

    def given_order(self, plant):
        """An order in a warehouse of the plant."""
        product = self.scene.product(f"Gearbox {plant.code}")
        bom = self.scene.bom(product, [], self.given_workcenter(plant))
        order = self.env["mrp.production"].create(
            {
                "product_id": product.id,
                "bom_id": bom.id,
                "picking_type_id": self.given_warehouse(plant).manu_type_id.id,
            }
        )
        order.action_confirm()
        return order

    def given_rows(self, plant):
        """Extended: only what was reported."""
        order = self.given_order(plant)
        now = fields.Datetime.now()
        report = self.env["mfg.production.report"].create(
            {
                "name": SECRET,
                "production_id": order.id,
                "connector_id": self.given_connector(plant).id,
                "reported_at": now,
                "note": SECRET,
            }
        )
        of_order = {"production_id": order.id}
        return {
            "mfg.production.report": report,
            "mfg.production.report.line": report.line_ids.create(
                {
                    "report_id": report.id,
                    "kind": "good",
                    "product_id": order.product_id.id,
                    "quantity": 1,
                    "reason": SECRET,
                }
            ),
            "mfg.production.posting": report.posting_id.create(of_order),
            "mfg.operation.report": self.env["mfg.operation.report"].create(
                {
                    "workorder_id": order.workorder_ids.id,
                    "action": "start",
                    "reported_at": now,
                    "operator": SECRET,
                }
            ),
        }
