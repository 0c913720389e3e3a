from odoo import models


class MrpProduction(models.Model):
    """What was used for an order goes into what the order makes, sooner or later."""

    _inherit = "mrp.production"

    def _mfg_done_outputs(self):
        """Done moves of what the orders make."""
        return self.move_finished_ids.filtered(
            lambda move: (
                move.state == "done"
                and move.product_id == move.production_id.product_id
                and not move.scrap_id
            )
        )

    def _mfg_unborne(self):
        """Done moves of components that are in the value of no product yet."""
        return self.env["stock.move"].search(
            [
                ("raw_material_production_id", "in", self.ids),
                ("mfg_is_unborne", "=", True),
                ("state", "=", "done"),
                ("quantity", ">", 0),
            ]
        )

    def _cal_price(self, consumed_moves):
        """Extended: what was used before anything was made goes into what is now."""
        if self._mfg_is_posted():
            consumed_moves |= self._mfg_unborne()
        return super()._cal_price(consumed_moves)

    def _mfg_bear(self, made):
        """Remember that what was used so far is in what Odoo itself made.

        What was used after the last piece is in the value of none; where it may have
        gone is known all the same.

        :param made: moves of products
        """
        for order in self:
            unborne = order._mfg_unborne()
            if not unborne:
                continue
            outputs = order._mfg_done_outputs()
            lines = ((outputs & made) or outputs).move_line_ids
            lines.consume_line_ids = [(4, line.id) for line in unborne.move_line_ids]
            if outputs & made:
                unborne.mfg_is_unborne = False
