from odoo import models

NAMED = {
    "workcenter": "mrp.workcenter",
    "equipment": "maintenance.equipment",
    "location": "stock.location",
}


class MfgHandlerTestConsumed(models.AbstractModel):
    """Leaves one effect in the product's unit, once every code has a meaning."""

    _name = "mfg.handler.test.consumed"
    _inherit = "mfg.event.handler"
    _description = "Test Handler of Consumption"

    def _handle(self, event):
        data = event.data
        product = self._named(event, "product.product", data["product"])
        if data.get("lot"):
            of_product = [("product_id", "=", product.id)]
            self._named(event, "stock.lot", data["lot"], of_product)
        for member, model in NAMED.items():
            if data.get(member):
                self._named(event, model, data[member])
        if data.get("reason"):
            self._word(event, "reason", data["reason"])
        pieces = self._in_unit_of(event, product, data["quantity"], data["unit"])
        return self.env["mfg.test.effect"].create(
            {
                "name": event.event_id,
                "lane_key": event.ordering_key,
                "number": round(pieces),
            }
        )
