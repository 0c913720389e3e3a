from decimal import Decimal

from odoo import models
from odoo.tools import float_is_zero, float_round


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    def button_mark_done(self):
        """Finish with what the machines counted, components included."""
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

    def _mfg_add_counts(self, good, scrap):
        """Add what a machine made to the order.

        :param Decimal good: good units in the order's unit of measure
        :param Decimal scrap: scrapped units in the order's unit of measure

        Totals are kept unrounded; only the quantity that Odoo will post is rounded
        by the unit of measure, from the total, so that no fraction is lost twice.
        Components keep their reserved lots until the order is finished: setting their
        quantities with every count would free the lots and lose which they were.
        """
        self.ensure_one()
        total_good = Decimal(str(self.mfg_good_quantity)) + good
        total_scrap = Decimal(str(self.mfg_scrap_quantity)) + scrap
        self.write(
            {
                "mfg_good_quantity": float(total_good),
                "mfg_scrap_quantity": float(total_scrap),
                "qty_producing": float_round(
                    float(total_good),
                    precision_rounding=self.product_uom_id.rounding,
                ),
            }
        )

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
