from collections import defaultdict
from typing import Any, NamedTuple

from odoo import models
from odoo.tools import float_compare


class Place(NamedTuple):
    """Where goods lie, in which package, whose they are: records, empty for none."""

    location: Any
    package: Any
    owner: Any

    @classmethod
    def of(cls, record):
        """The place of a quant or of a line of a stock move."""
        return cls(record.location_id, record.package_id, record.owner_id)

    def values(self):
        """The place as a line of a move or a scrap has it."""
        return {
            "location_id": self.location.id,
            "package_id": self.package.id,
            "owner_id": self.owner.id,
        }


class MrpProduction(models.Model):
    """From where an order takes what was used or lost of a component."""

    _inherit = "mrp.production"

    def _mfg_reserved_places(self, lines):
        """``{lot id or 0: {Place: quantity}}`` of lines of moves, in product units."""
        reserved = defaultdict(lambda: defaultdict(float))
        for line in lines:
            reserved[line.lot_id.id or 0][Place.of(line)] += line.quantity_product_uom
        return reserved

    def _mfg_places(self, product, lot, quantity, reserved, location):
        """``{Place: quantity}`` that make up a quantity of a lot.

        As it was reserved, then where it lies free, then where it lies reserved for
        others: it was used all the same. What lies nowhere is taken from ``location``.
        So is all for an empty order, as of what is made.

        :param lot: id; 0 for none
        :param reserved: as :meth:`_mfg_reserved_places`
        """
        offers = [*reserved.get(lot, {}).items()]
        quants = self.env["stock.quant"]
        nowhere = Place.of(quants)._replace(location=location)
        if not self:
            return {nowhere: quantity}
        quants = quants.search(
            [
                ("product_id", "=", product.id),
                ("lot_id", "=", lot or False),
                ("location_id", "child_of", location.id),
                ("quantity", ">", 0),
            ],
            order="in_date, id",
        )
        offers += [
            (Place.of(quant), quant.quantity - quant.reserved_quantity)
            for quant in quants
        ]
        offers += [(Place.of(quant), quant.quantity) for quant in quants]
        rounding = product.uom_id.rounding
        left, taken = quantity, defaultdict(float)
        for place, there in offers:
            part = min(left, there - taken[place])
            if float_compare(part, 0.0, precision_rounding=rounding) > 0:
                taken[place] += part
                left -= part
        if float_compare(left, 0.0, precision_rounding=rounding) > 0:
            taken[nowhere] += left
        return dict(taken)
