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

    @classmethod
    def at(cls, location):
        """The place of goods that are in no package and our own."""
        return cls.of(location.env["stock.quant"])._replace(location=location)

    def values(self):
        """The place as a line of a move or a scrap has it."""
        return {
            "location_id": self.location.id,
            "package_id": self.package.id,
            "owner_id": self.owner.id,
        }


def reserved_places(lines):
    """``{lot id or 0: {Place: quantity}}`` of lines of moves, in product units."""
    reserved = defaultdict(lambda: defaultdict(float))
    for line in lines:
        reserved[line.lot_id.id or 0][Place.of(line)] += line.quantity_product_uom
    return reserved


class MrpProduction(models.Model):
    """From where an order takes what was used or lost of a component."""

    _inherit = "mrp.production"

    def _mfg_places(self, product, lot, quantity, reserved, location):
        """``{Place: quantity}`` that make up a quantity of a lot.

        What lies nowhere is taken from ``location``.

        :param lot: id; 0 for none
        :param reserved: as :func:`reserved_places`
        """
        rounding = product.uom_id.rounding
        left, taken = quantity, defaultdict(float)
        for place, there in self._mfg_offers(product, lot, reserved, location):
            part = min(left, there - taken[place])
            if float_compare(part, 0.0, precision_rounding=rounding) > 0:
                taken[place] += part
                left -= part
            if float_compare(left, 0.0, precision_rounding=rounding) <= 0:
                break
        if float_compare(left, 0.0, precision_rounding=rounding) > 0:
            taken[Place.at(location)] += left
        return {place: part for place, part in taken.items() if part}

    def _mfg_offers(self, product, lot, reserved, location):
        """``(Place, quantity)`` of a lot: each place with all that it has by then.

        As it was reserved, then where it lies free, then where it lies reserved for
        others: it was used all the same. Stock is searched only for what no
        reservation covers.
        """
        yield from reserved.get(lot, {}).items()
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", product.id),
                ("lot_id", "=", lot or False),
                ("location_id", "child_of", location.id),
                ("quantity", ">", 0),
            ],
            order="in_date, id",
        )
        for quant in quants:
            yield Place.of(quant), quant.quantity - quant.reserved_quantity
        for quant in quants:
            yield Place.of(quant), quant.quantity
