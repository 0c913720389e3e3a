from odoo import api, models

#: What of a component or by-product the MES is told.
TOLD_FIELDS = frozenset(
    {"date_deadline", "manual_consumption", "operation_id", "product_id"}
    | {"product_uom", "product_uom_qty", "production_id"}
    | {"raw_material_production_id"}
)


class StockMove(models.Model):
    """A component or product whose change is one of its order."""

    _inherit = "stock.move"

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves._mfg_release_look()
        return moves

    def write(self, vals):
        result = super().write(vals)
        if not TOLD_FIELDS.isdisjoint(vals) or vals.get("state") == "cancel":
            self._mfg_release_look()
        return result

    def unlink(self):
        self._mfg_release_look()
        return super().unlink()

    def _mfg_release_look(self):
        """Have the orders of the moves looked at before the commit."""
        if self.env["mfg.connector"]._asked_for_releases():
            (self.raw_material_production_id | self.production_id)._mfg_release_look()
