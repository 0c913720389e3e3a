from odoo import models
from odoo.tools import float_compare

from .mrp_production_places import Place, reserved_places


class StockMove(models.Model):
    """Moves of an order that take exactly what was reported."""

    _inherit = "stock.move"

    def _mfg_set_lots(self, quantities):
        """Set what the open moves of one product take, lot by lot.

        Each move takes what it asks for, the last one all that is left.

        :param quantities: ``{lot id or 0: Decimal}`` in the product's unit
        :return: the moves that take something
        """
        self._mfg_use_product_unit()
        left = {lot: float(quantity) for lot, quantity in quantities.items()}
        filled = self.browse()
        for move in self:
            room = None if move == self[-1:] else move.product_qty
            taken = move._mfg_take_from(left, room)
            if taken:
                move._mfg_write_lots(taken)
                filled |= move
        return filled

    def _mfg_take_from(self, left, room):
        """``{lot: quantity}`` that fits into ``room``, taken out of ``left``."""
        rounding = self.product_id.uom_id.rounding
        taken = {}
        for lot, quantity in left.items():
            part = quantity if room is None else min(quantity, room)
            if float_compare(part, 0.0, precision_rounding=rounding) <= 0:
                continue
            taken[lot] = part
            left[lot] -= part
            room = None if room is None else room - part
        return taken

    def _mfg_use_product_unit(self):
        """Have open moves ask in their product's unit, if that can tell the demand.

        That is the unit in which stock is kept. Odoo rounds what a move has moved to
        the move's unit, and values a correction as if it were told in that unit: pieces
        of an order in dozens would be worth too much, and back twelve times.
        """
        for move in self.with_context(no_procurement=True, do_not_unreserve=True):
            unit = move.product_id.uom_id
            if move.product_uom == unit:
                continue
            demand = move.product_uom._compute_quantity(
                move.product_uom_qty, unit, rounding_method="HALF-UP"
            )
            if demand or not move.product_uom_qty:
                move.write({"product_uom": unit.id, "product_uom_qty": demand})

    def _mfg_demand(self):
        """What the moves of one product ask for, in its unit, not rounded."""
        return sum(
            move.product_uom._compute_quantity(
                move.product_uom_qty, move.product_id.uom_id, round=False
            )
            for move in self
        )

    def _mfg_write_lots(self, quantities):
        """Replace the lines of the move: what was reserved gives way to what was so."""
        self.ensure_one()
        unit = self.product_id.uom_id
        lines = self.move_line_ids
        if set(quantities) == {0} and self.product_uom == unit:
            if lines.product_uom_id <= unit:
                # Keeps what is reserved, location by location.
                self._set_quantity_done(quantities[0])
                return
        reserved = reserved_places(lines)
        destination = lines[:1].location_dest_id or self.location_dest_id
        lines.unlink()
        self.env["stock.move.line"].create(
            [
                {
                    **self._prepare_move_line_vals(quantity=0),
                    "product_uom_id": unit.id,
                    "lot_id": lot or False,
                    "quantity": part,
                    **place.values(),
                    "location_dest_id": destination.id,
                    "picked": True,
                }
                for lot, quantity in quantities.items()
                for place, part in self._mfg_places_of(lot, quantity, reserved).items()
            ]
        )

    def _mfg_places_of(self, lot, quantity, reserved):
        """``{Place: quantity}``: where the move takes a lot from.

        What is made comes from one place, and lies nowhere before.
        """
        order = self.raw_material_production_id
        if not order:
            return {Place.at(self.location_id): quantity}
        return order._mfg_places(
            self.product_id, lot, quantity, reserved, self.location_id
        )
