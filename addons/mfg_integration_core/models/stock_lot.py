from odoo import models

from .mfg_timeline_mixin import MOST_MOMENTS


class StockLot(models.Model):
    """A lot that a hold keeps where it is."""

    _name = "stock.lot"
    _inherit = ["stock.lot", "mfg.holdable.mixin", "mfg.owned.mixin"]

    def _mfg_moments(self):
        """Extended: where the lot was made, moved and used."""
        # sudo: whoever may see the lot may know where it went.
        lines = self.env["stock.move.line"].sudo()
        domain = [("lot_id", "=", self.id), ("state", "=", "done")]
        newest = lines.search(domain, order="date desc, id desc", limit=MOST_MOMENTS)
        return [*super()._mfg_moments(), *self._mfg_moments_of_lines(newest)]
