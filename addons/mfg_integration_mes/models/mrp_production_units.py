from odoo import models
from odoo.tools import float_compare

from ..protocols.report_sums import OUTPUT, exact


class MrpProduction(models.Model):
    """An order in a unit that is not its product's, such as pieces in dozens.

    What is posted moves in the unit of the product, so that no piece is rounded to the
    order's unit.
    """

    _inherit = "mrp.production"

    def _get_produced_qty(self):
        """Extended: moves may be in another unit than the order."""
        result = super()._get_produced_qty()
        for order in self:
            unit, product = order.product_uom_id, order.product_id
            moves = order.move_finished_ids.filtered(
                lambda move, product=product: (
                    move.product_id == product
                    and move.state != "cancel"
                    and move.picked
                )
            )
            if moves.product_uom <= unit:
                continue
            made = sum(
                move.product_uom._compute_quantity(
                    move.quantity, product.uom_id, round=False
                )
                for move in moves
            )
            order.qty_produced = product.uom_id._compute_quantity(
                made, unit, round=False
            )
        return result

    def _cal_price(self, consumed_moves):
        """Extended: priced is what is made to the piece, before it is done."""
        if self.env.context.get("mfg_by_hand"):
            self._mfg_fill_exactly()
        return super()._cal_price(consumed_moves)

    def _mfg_fill_exactly(self):
        """Have a person's pieces be just those that the postings leave.

        Odoo fills the move by what is left in the order's unit, which is rounded there:
        1.92 dozen are 23.04 pieces.
        """
        for order in self.filtered("mfg_posting_ids"):
            unit = order.product_id.uom_id
            moves = order._mfg_moves_of(OUTPUT, order.product_id)
            filled = moves.filtered(lambda move: move.state != "done")
            lots = filled.move_line_ids.lot_id
            if order.product_uom_id == unit or not filled or len(lots) > 1:
                continue
            posted = sum(
                move.product_uom._compute_quantity(move.quantity, unit, round=False)
                for move in moves - filled
            )
            whole = order.product_uom_id._compute_quantity(order.qty_producing, unit)
            left = round(whole - posted, 9)
            if float_compare(left, 0.0, precision_rounding=unit.rounding) > 0:
                filled._mfg_set_lots({lots.id or 0: exact(left)})
