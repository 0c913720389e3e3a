from odoo import models

from ..compat import narrowed

#: In the context of a look-up: lots on hold are as good as not there. It takes goods
#: away and never gives any, so it does no harm that a remote caller can set it.
WITHOUT_HELD = "mfg_without_held"


class StockQuant(models.Model):
    """Stock of which nobody reserves what is on hold, and about which nobody is told
    off: one error would stop the scheduler of the whole plant.

    Only look-ups leave held goods out. What updates quants must see all of them, or
    the books would no longer add up.
    """

    _inherit = "stock.quant"

    def _get_reserve_quantity(self, product_id, location_id, quantity, *args, **kwargs):
        if quantity > 0:
            self = self.with_context(**{WITHOUT_HELD: True})
        return super()._get_reserve_quantity(
            product_id, location_id, quantity, *args, **kwargs
        )

    def _get_gather_domain(self, *args, **kwargs):
        domain = super()._get_gather_domain(*args, **kwargs)
        if self.env.context.get(WITHOUT_HELD):
            held = [("mfg_active_hold_count", ">", 0)]
            domain = narrowed(domain, [("lot_id", "not any", held)])
        return domain

    def _gather(self, *args, **kwargs):
        quants = super()._gather(*args, **kwargs)
        # 19.0 may have taken them from a cache, past the domain.
        if self.env.context.get(WITHOUT_HELD) and "quants_cache" in self.env.context:
            quants = quants.filtered(
                lambda quant: not quant.lot_id.mfg_active_hold_count
            )
        return quants
