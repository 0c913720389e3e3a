from odoo import models


class StockPicking(models.Model):
    """A transfer, which belongs to the plant of its warehouse."""

    _name = "stock.picking"
    _inherit = ["stock.picking", "mfg.banner.mixin", "mfg.placed.mixin"]

    _mfg_plant_paths = ("picking_type_id.warehouse_id.mfg_plant_id",)

    def _mfg_blocking_documents(self):
        """Extended: the lots that are moved."""
        blocking = super()._mfg_blocking_documents()
        if self.state not in ("done", "cancel"):
            blocking.append(self.move_line_ids.lot_id)
        return blocking
