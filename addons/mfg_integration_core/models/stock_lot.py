from odoo import models


class StockLot(models.Model):
    """A lot that a hold keeps where it is."""

    _name = "stock.lot"
    _inherit = ["stock.lot", "mfg.holdable.mixin"]
