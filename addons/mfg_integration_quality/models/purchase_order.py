from odoo import models

#: Native states in which goods are on order.
ORDERED = ("purchase", "done")


class PurchaseOrder(models.Model):
    """A purchase that is not confirmed while its supplier is on hold."""

    _inherit = "purchase.order"

    def write(self, vals):
        if vals.get("state") in ORDERED:
            self.filtered(lambda order: order.state not in ORDERED)._mfg_check_buy()
        return super().write(vals)

    def button_confirm(self):
        # First of all, so that nobody is asked to approve it in vain.
        self._mfg_check_buy(looks_only=True)
        return super().button_confirm()

    def _mfg_check_buy(self, *, looks_only=False):
        """Pass the gates of the suppliers and of the companies they belong to."""
        # sudo: a gate holds for people who may not see all of a supplier, too.
        suppliers = self.sudo().partner_id
        suppliers |= suppliers.commercial_partner_id
        suppliers._mfg_check_gate("buy", looks_only=looks_only)
