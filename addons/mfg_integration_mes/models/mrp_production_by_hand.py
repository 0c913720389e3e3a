from odoo import models
from odoo.tools import float_compare

from ..protocols.report_sums import COMPONENT, OUTPUT, exact


class MrpProduction(models.Model):
    """What a person has an order make beyond what was reported."""

    _inherit = "mrp.production"

    def _mfg_is_more_by_hand(self):
        """Whether a person has the order make more than was reported."""
        rounding = self.product_uom_id.rounding
        made = max(self._mfg_made_by_reports(), self.qty_produced)
        return float_compare(self.qty_producing, made, precision_rounding=rounding) > 0

    def _mfg_prepare_by_hand(self):
        """Have the pieces beyond the reports use and bring what is planned for them.

        A posting leaves the rest of a move unpicked, which Odoo would cancel, and no
        move open once all that was planned has moved. What is picked is what the
        person says.
        """
        product = self.product_id
        more = self.product_uom_id._compute_quantity(
            self.qty_producing - self.qty_produced, product.uom_id, round=False
        )
        more = exact(round(more, 9))
        self._mfg_room(OUTPUT, product, more)
        for (role, part), per_piece in self._mfg_per_piece().items():
            quantity = round(per_piece * more, 9)
            if not quantity:
                continue
            moves = self._mfg_room(role, part, quantity)
            if not any(moves.mapped("picked")):
                moves._mfg_set_lots({0: quantity}).picked = True

    def _mfg_room(self, role, product, quantity):
        """Open moves of a product; where all are done, a new one, reserved.

        :param quantity: in the product's unit
        """
        moves = self._mfg_moves_of(role, product)
        still_open = moves.filtered(lambda move: move.state != "done")
        if still_open:
            return still_open
        unit = moves[-1:].product_uom or product.uom_id
        demand = product.uom_id._compute_quantity(float(quantity), unit)
        new = self._mfg_new_move(role, product, moves, demand)
        if role == COMPONENT:
            new._action_assign()
        return new
