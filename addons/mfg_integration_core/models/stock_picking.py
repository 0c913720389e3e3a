from odoo import models


class StockPicking(models.Model):
    """A transfer, which belongs to the plant of its warehouse."""

    _name = "stock.picking"
    _inherit = ["stock.picking", "mfg.placed.mixin"]

    _mfg_plant_paths = ("picking_type_id.warehouse_id.mfg_plant_id",)
