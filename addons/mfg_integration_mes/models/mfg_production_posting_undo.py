from odoo import _, models
from odoo.tools import float_compare

from odoo.addons.mfg_integration_core.compat import keep_unit_cost
from odoo.addons.mfg_integration_core.exceptions import InvalidEventError

from ..protocols.report_sums import COMPONENT, OUTPUT, SCRAP


class MfgProductionPosting(models.Model):
    """How something is taken back that was posted before.

    The quantities of the moves are corrected, as a person does on an unlocked order:
    stock, genealogy and valuation follow natively, and the order has less produced.
    """

    _inherit = "mfg.production.posting"

    def _take_back(self, key, quantity, first):
        """Take ``quantity`` of a product back, from the newest postings.

        :param first: postings to take from before all others
        :raise InvalidEventError: more than was ever posted
        """
        left = float(quantity)
        product = self.env["product.product"].browse(key.product)
        rounding = product.uom_id.rounding
        for line in self._lines_to_correct(key, first):
            if float_compare(left, 0.0, precision_rounding=rounding) <= 0:
                return
            unit = line.product_uom_id
            taken = min(left, unit._compute_quantity(line.quantity, product.uom_id))
            self._correct(line, product.uom_id._compute_quantity(taken, unit))
            if key.role == OUTPUT:
                line.move_id.mfg_posting_id._uncharge(taken)
                self._unbear(line)
            left -= taken
        if float_compare(left, 0.0, precision_rounding=rounding) > 0:
            raise InvalidEventError(
                _(
                    "%(quantity)s %(unit)s of %(product)s are to be taken back from"
                    " %(order)s, which is more than was posted for it.",
                    quantity=quantity,
                    unit=product.uom_id.name,
                    product=product.display_name,
                    order=self.production_id.name,
                ),
                code="more_than_posted",
                remedy=_("Check the quantity and the lot."),
            )

    def _lines_to_correct(self, key, first):
        """Done lines of product and lot: those of ``first`` first, then the newest."""
        lines = self.env["stock.move.line"].search(
            [
                ("move_id.mfg_posting_id.production_id", "=", self.production_id.id),
                ("product_id", "=", key.product),
                ("lot_id", "=", key.lot or False),
                ("state", "=", "done"),
            ],
            order="id desc",
        )
        return lines.filtered(
            lambda line: line.quantity > 0 and self._is_of(line.move_id, key)
        ).sorted(lambda line: line.move_id.mfg_posting_id not in first)

    def _is_of(self, move, key):
        if key.role == SCRAP:
            return bool(move.scrap_id) and (
                (move.scrap_id.mfg_reason or "") == key.reason
            )
        is_component = bool(move.raw_material_production_id)
        return not move.scrap_id and is_component == (key.role == COMPONENT)

    def _correct(self, line, quantity):
        """Lessen a done line, at the cost at which it was done."""
        keep_unit_cost(line.move_id)
        # sudo: who may post may take back, and Odoo books the value as it was booked.
        line.sudo().quantity = line.quantity - quantity
        # sudo: see _post.
        self.sudo().corrected_move_ids |= line.move_id

    def _unbear(self, line):
        """Let what went into a line that is taken back go into what is made next."""
        if line.quantity:
            return
        used, line.consume_line_ids = line.consume_line_ids, False
        product = self.production_id.product_id
        left = used.filtered(
            lambda each: (
                product
                not in each.produce_line_ids.filtered("quantity").mapped("product_id")
            )
        )
        left.move_id.mfg_is_unborne = True

    def _uncharge(self, quantity):
        """Let the next posting bear the work of pieces that are taken back.

        :param quantity: in the product's unit
        """
        made = self.move_ids.filtered(
            lambda move: (
                move.product_id == self.production_id.product_id and not move.scrap_id
            )
        )
        left = sum(made.move_line_ids.mapped("quantity_product_uom"))
        share = self.labour_cost * quantity / ((left + quantity) or 1.0)
        # sudo: see _post.
        self.sudo().labour_cost -= share
        self.production_id.workorder_ids._mfg_uncharge(share)
