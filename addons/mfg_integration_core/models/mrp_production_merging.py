from odoo import _, models
from odoo.exceptions import UserError


class MrpProduction(models.Model):
    """What was told of an order stays with it."""

    _inherit = "mrp.production"

    def _pre_action_split_merge_hook(self, merge=False, split=False):
        """Extended: an order of which something was told is not merged into another.

        :raise UserError: names the orders, and says what to do
        """
        told = self.filtered(lambda order: merge and order._mfg_is_told_of())
        if told:
            raise UserError(
                _(
                    "The shop floor has told of %(orders)s, and what it told belongs to"
                    " that order. Finish or cancel it, and merge the others.",
                    orders=", ".join(told.mapped("name")),
                )
            )
        return super()._pre_action_split_merge_hook(merge=merge, split=split)

    def _mfg_is_told_of(self):
        """Whether anything is known of the order's progress; addons add theirs."""
        self.ensure_one()
        return bool(self.mfg_good_quantity or self.mfg_scrap_quantity)
