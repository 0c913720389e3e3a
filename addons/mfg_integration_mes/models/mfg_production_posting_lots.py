from collections import defaultdict
from decimal import Decimal

from odoo import _, models

from odoo.addons.mfg_integration_core.exceptions import MissingReferenceError

from ..protocols.report_sums import COMPONENT, SCRAP, exact

#: Candidates that are named to who has to say which lot was used.
CANDIDATES = 10


class MfgProductionPosting(models.Model):
    """Which lots of components were used, where no report says it."""

    _inherit = "mfg.production.posting"

    def _settle_lots(self, reports):
        """Give components, used or lost, the lots that are reserved for the order.

        :raise MissingReferenceError: not enough is reserved; names lots to choose from
        """
        lines = reports.sudo().line_ids.filtered(
            lambda line: (
                line.kind in (COMPONENT, SCRAP)
                and not line.is_product
                and line.product_id.tracking != "none"
                and not line.lot_id
                and line.quantity
            )
        )
        for product in lines.product_id:
            of_product = lines.filtered(
                lambda line, product=product: line.product_id == product
            )
            wanted = exact(round(sum(of_product.mapped("quantity")), 9))
            reserved = self._lots_reserved(product, wanted) if wanted >= 0 else None
            for role in (COMPONENT, SCRAP):
                lots = reserved
                if lots is None:
                    lots = self._lots_moved(role, product)
                for line in of_product:
                    if line.kind == role:
                        self._give_lots(line, lots)

    def _lots_reserved(self, product, wanted):
        """``{lot: Decimal}`` reserved by the order's open moves.

        Where that is less than ``wanted``, the only other lot there is, if it is one.
        """
        order = self.production_id
        moves = order._mfg_moves_of(COMPONENT, product)
        reserved = defaultdict(Decimal)
        for line in moves.filtered(lambda move: move.state != "done").move_line_ids:
            if line.lot_id:
                reserved[line.lot_id] += exact(line.quantity_product_uom)
        if sum(reserved.values()) < wanted:
            free = defaultdict(Decimal)
            for quant in self._quants(product):
                left = exact(round(quant.quantity - quant.reserved_quantity, 9))
                if left > 0:
                    free[quant.lot_id] += left
            if len(free) == 1:
                for lot, left in free.items():
                    reserved[lot] += left
        return reserved

    def _quants(self, product):
        """What lies of the product where the order takes it from, oldest first."""
        source = self.production_id.location_src_id
        return self.env["stock.quant"].search(
            [
                ("product_id", "=", product.id),
                ("location_id", "child_of", source.id),
                ("lot_id", "!=", False),
                ("quantity", ">", 0),
            ],
            order="in_date, id",
        )

    def _lots_moved(self, role, product):
        """``{lot: Decimal}`` that can be given back, the newest first."""
        used = defaultdict(Decimal)
        for key, quantity in self.production_id._mfg_moved().items():
            if key.role == role and key.product == product.id and key.lot:
                used[self.env["stock.lot"].browse(key.lot)] += quantity
        return dict(sorted(used.items(), key=lambda item: -item[0].id))

    def _give_lots(self, line, lots):
        """Divide a line among lots, and take them out of ``lots``."""
        sign = 1 if line.quantity > 0 else -1
        left = exact(round(abs(line.quantity), 9))
        first = True
        for lot, there in list(lots.items()):
            part = min(left, there)
            if part <= 0:
                continue
            lots[lot] -= part
            left -= part
            values = {"lot_id": lot.id, "quantity": float(sign * part)}
            if first:
                line.write(values)
                first = False
            else:
                line.copy({**values, "report_id": line.report_id.id})
            if not left:
                return
        raise self._lot_missing(line.product_id, left)

    def _lot_missing(self, product, quantity):
        """The error that asks which lot was used."""
        order = self.production_id
        quants = self._quants(product)[:CANDIDATES]
        candidates = ", ".join(
            f"{quant.lot_id.name} ({quant.quantity:g} {quant.product_uom_id.name})"
            for quant in quants
        )
        return MissingReferenceError(
            _(
                "%(order)s used %(quantity)s %(unit)s of %(product)s, and nobody says"
                " of which lot.",
                order=order.name,
                quantity=f"{quantity.normalize():f}",
                unit=product.uom_id.name,
                product=product.display_name,
            ),
            model="stock.lot",
            key=product.default_code or product.display_name,
            remedy=_(
                "Reserve a lot for the order, or have the report name it. In stock:"
                " %(candidates)s.",
                candidates=candidates or _("none"),
            ),
        )
