from collections import defaultdict

from odoo import api, models
from odoo.tools import float_compare

from .mfg_quarantine import Goods

#: Goods of ours; what passes through other locations is nobody's to hold.
OWN_USAGES = ("internal", "transit")


class MfgQuarantineGate(models.Model):
    """What keeps moves from taking goods of which a part is on hold."""

    _inherit = "mfg.quarantine"

    @api.model
    def _check_moves(self, moves):
        """Let goods leave their locations as long as what is on hold stays there.

        :raise GateUserError: the moves would take what is on hold
        """
        # sudo: a gate holds for people who may not see what is on hold, too.
        self = self.sudo()
        lines = moves.sudo().move_line_ids.filtered(
            lambda line: line.picked and line.location_id.usage in OWN_USAGES
        )
        if not lines:
            return
        # Before looking: whoever holds goods there claims the row of the location.
        lines.location_id._mfg_lock_for_gate()
        held = self.search(
            [("state", "=", "held"), ("product_id", "in", lines.product_id.ids)]
        )
        if not held:
            return
        taken = defaultdict(float)
        for line in lines:
            if not held._carries_away(line):
                goods = Goods(
                    line.product_id, line.location_id, line.lot_id, line.owner_id
                )
                taken[goods] += line.quantity_product_uom
        for goods, quantity in taken.items():
            touched = held._among(goods)
            if touched and touched._is_short_after(goods, quantity):
                touched._mfg_check_gate("move")

    def _carries_away(self, line):
        """Whether a move line brings held goods to where they are set aside."""
        return any(
            each == line.move_id.mfg_quarantine_id
            and (each.product_id, each.lot_id) == (line.product_id, line.lot_id)
            and (each.location_id, each.owner_id) == (line.location_id, line.owner_id)
            and each.quarantine_location_id == line.location_dest_id
            for each in self
        )

    def _among(self, goods):
        """Those of which something is among the goods."""
        return self.filtered(
            lambda each: (
                each.product_id == goods.product
                and each.lot_id == goods.lot
                and each.owner_id == goods.owner
                and each._quantity_in(goods.place) > 0
            )
        )

    def _is_short_after(self, goods, quantity):
        """Whether less than what is on hold is left when ``quantity`` is taken."""
        left = self._on_hand(goods) - quantity
        needed = sum(each._quantity_in(goods.place) for each in self)
        digits = goods.product.uom_id.rounding
        return float_compare(left, needed, precision_rounding=digits) < 0

    def _quantity_in(self, place):
        """How much of the held goods lies in a location."""
        self.ensure_one()
        if self.location_id == self.quarantine_location_id == place:
            return self.quantity
        if place == self.location_id:
            return self.quantity - self.moved_quantity
        return self.moved_quantity if place == self.quarantine_location_id else 0.0

    # ------------------------------------------------------------------- stock

    @api.model
    def _on_hand(self, goods):
        """How much of the goods there is, reserved or not."""
        ((quantity,),) = self.env["stock.quant"]._read_group(
            [
                ("product_id", "=", goods.product.id),
                ("location_id", "=", goods.place.id),
                ("lot_id", "=", goods.lot.id),
                ("owner_id", "=", goods.owner.id),
            ],
            [],
            ["quantity:sum"],
        )
        return quantity or 0.0

    @api.model
    def _held(self, goods):
        """How much of that is on hold."""
        mine = [("state", "=", "held"), ("product_id", "=", goods.product.id)]
        found = self.search(mine)._among(goods)
        return sum(each._quantity_in(goods.place) for each in found)
