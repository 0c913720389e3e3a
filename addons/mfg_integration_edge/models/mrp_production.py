from odoo import models
from odoo.tools import float_is_zero


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    def button_mark_done(self):
        """Finish with what the machines counted, components included."""
        self._mfg_await_gathered()
        picked = self.env["stock.move"]
        for order in self.filtered("mfg_good_quantity"):
            picked |= order._mfg_consume_for_counts()
        result = super().button_mark_done()
        # Odoo asked something first (a backorder, a deviation). A picked component
        # would pass for the user's own entry and later counts would not reach it.
        picked.filtered(
            lambda move: move.state not in ("done", "cancel")
        ).picked = False
        return result

    def _mfg_consume_for_counts(self):
        """Set the components to what the quantity produced takes, and pick them.

        :return: moves that were not picked before
        """
        self.ensure_one()
        unpicked = self.move_raw_ids.filtered(lambda move: not move.picked)
        # What an earlier try to finish gave back is reserved again, lots included;
        # Odoo would add what is missing without a lot.
        self.action_assign()
        self._set_qty_producing()
        # Odoo 17 leaves components with lots unpicked and would not consume them.
        taken = self.move_raw_ids.filtered(
            lambda move: (
                move.state not in ("done", "cancel")
                and not float_is_zero(
                    move.quantity, precision_rounding=move.product_uom.rounding
                )
            )
        )
        taken.picked = True
        return unpicked & taken
