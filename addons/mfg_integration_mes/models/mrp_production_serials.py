from odoo import models

from odoo.addons.mfg_integration_core.compat import (
    produces_several_lots,
    producing_lots,
    set_producing_lots,
)


class MrpProduction(models.Model):
    """An order whose reports name the serial numbers of what was made."""

    _inherit = "mrp.production"

    def pre_button_mark_done(self):
        """Extended: nobody is asked for serial numbers that the reports name."""
        for order in self._mfg_told_serials():
            if not producing_lots(order):
                set_producing_lots(order, order._mfg_reported_serials())
        return super().pre_button_mark_done()

    def _post_inventory(self, cancel_backorder=False):
        """Extended: what the reports say was made is not made once more."""
        posted = {}
        for order in self._mfg_told_serials():
            order._mfg_post_waiting()
            posted[order] = producing_lots(order)
            made = order.move_finished_ids.filtered(lambda move: move.state == "done")
            set_producing_lots(order, posted[order] - made.lot_ids)
        result = super()._post_inventory(cancel_backorder=cancel_backorder)
        for order, lots in posted.items():
            set_producing_lots(order, lots)
        return result

    def _check_sn_uniqueness(self):
        """Extended: Odoo takes each serial number that was posted for a second use."""
        if not self._mfg_is_posted():
            super()._check_sn_uniqueness()

    def _mfg_told_serials(self):
        """The orders of which Odoo wants to know each serial number, and was told."""
        return self.filtered(
            lambda order: (
                order.mfg_report_ids
                and order.product_tracking == "serial"
                and produces_several_lots(order)
            )
        )

    def _mfg_reported_serials(self):
        """The serial numbers of pieces that were reported and not taken back."""
        # sudo: reports are the hub's.
        lines = self.env["mfg.production.report.line"].sudo()
        groups = lines._read_group(
            [
                ("production_id", "=", self.id),
                ("report_id.state", "=", "accepted"),
                ("product_id", "=", self.product_id.id),
                ("kind", "in", ("good", "scrap")),
                ("is_output", "=", True),
                ("lot_id", "!=", False),
            ],
            ["lot_id"],
            ["quantity:sum"],
        )
        made = [lot.id for lot, quantity in groups if quantity > 0]
        return self.env["stock.lot"].browse(made)
