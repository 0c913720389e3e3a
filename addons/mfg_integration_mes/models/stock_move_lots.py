from odoo import models
from odoo.tools import float_compare


class StockMove(models.Model):
    """Moves of an order that take exactly what was reported."""

    _inherit = "stock.move"

    def _mfg_set_lots(self, quantities):
        """Set what the open moves of one product take, lot by lot.

        Each move takes what it asks for, the last one all that is left.

        :param quantities: ``{lot id or 0: Decimal}`` in the product's unit
        :return: the moves that take something
        """
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

    def _mfg_write_lots(self, quantities):
        """Replace the lines of the move: what was reserved gives way to what was so."""
        self.ensure_one()
        unit = self.product_id.uom_id
        if set(quantities) == {0} and self.product_uom == unit:
            # Keeps what is reserved, location by location.
            self._set_quantity_done(quantities[0])
            return
        places = {line.lot_id.id or 0: line.location_id for line in self.move_line_ids}
        destination = self.move_line_ids[:1].location_dest_id or self.location_dest_id
        self.move_line_ids.unlink()
        self.env["stock.move.line"].create(
            [
                {
                    **self._prepare_move_line_vals(quantity=0),
                    "product_uom_id": unit.id,
                    "lot_id": lot or False,
                    "quantity": quantity,
                    "location_id": (places.get(lot) or self._mfg_place_of(lot)).id,
                    "location_dest_id": destination.id,
                    "picked": True,
                }
                for lot, quantity in quantities.items()
            ]
        )

    def _mfg_place_of(self, lot):
        """Where a lot lies that the move takes from; the move's place, if nowhere."""
        if not lot or not self.raw_material_production_id:
            return self.location_id
        quant = self.env["stock.quant"].search(
            [
                ("lot_id", "=", lot),
                ("location_id", "child_of", self.location_id.id),
                ("quantity", ">", 0),
            ],
            limit=1,
        )
        return quant.location_id or self.location_id
