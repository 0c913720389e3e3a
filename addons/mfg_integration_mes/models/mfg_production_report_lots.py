from odoo import _, api, models

from odoo.addons.mfg_integration_core.compat import producing_lots, set_producing_lots
from odoo.addons.mfg_integration_core.exceptions import InvalidEventError

#: What makes pieces of the order's product come to be.
MADE = ("good", "scrap")
#: How often each serial number was made: accepted reports of any order, less unbuilt.
MADE_SERIALS = """
    SELECT lot.name, min(production.name)
      FROM mfg_production_report_line line
      JOIN mfg_production_report report ON report.id = line.report_id
      JOIN mrp_production production ON production.id = report.production_id
      JOIN stock_lot lot ON lot.id = line.lot_id
      LEFT JOIN LATERAL (
            SELECT sum(unbuild.product_qty) AS quantity FROM mrp_unbuild unbuild
             WHERE unbuild.lot_id = lot.id AND unbuild.state = 'done') unbuilt ON true
     WHERE line.lot_id IN %s AND line.product_id = production.product_id
       AND line.is_output AND line.kind IN %s AND report.state = 'accepted'
     GROUP BY lot.id, lot.name, unbuilt.quantity
    HAVING sum(line.quantity::numeric) - COALESCE(unbuilt.quantity, 0) > 1
     ORDER BY 1
"""


class MfgProductionReport(models.Model):
    """Which lots and serial numbers come to be by a report."""

    _inherit = "mfg.production.report"

    @api.model
    def _lot_made(self, order):
        """The lot that the order makes; Odoo's next one where it has none yet.

        :raise InvalidEventError: pieces have serial numbers of their own
        """
        product = order.product_id
        if product.tracking == "none":
            return None
        lots = producing_lots(order)
        if len(lots) == 1 and product.tracking == "lot":
            return lots
        lot = self._next_lot(order, product)
        set_producing_lots(order, lot)
        return lot

    @api.model
    def _lot_left(self, order, product):
        """The lot of a by-product that nobody names: one for all of the order.

        :raise InvalidEventError: it has serial numbers
        """
        if product.tracking == "none":
            return None
        # sudo: reports are the hub's.
        before = self.env["mfg.production.report.line"].sudo()
        before = before.search(
            [
                ("production_id", "=", order.id),
                ("kind", "=", "byproduct"),
                ("product_id", "=", product.id),
                ("lot_id", "!=", False),
            ],
            order="id",
            limit=1,
        )
        if before and product.tracking == "lot":
            return before.lot_id.with_env(self.env)
        return self._next_lot(order, product)

    @api.model
    def _next_lot(self, order, product):
        """A new lot by Odoo's numbering."""
        if product.tracking == "serial":
            raise InvalidEventError(
                _(
                    "%(product)s has serial numbers, and the report names none.",
                    product=product.display_name,
                ),
                code="serial_missing",
                remedy=_("Report one serial number for each piece."),
            )
        return self.env["stock.lot"].create(
            {"product_id": product.id, "company_id": order.company_id.id}
        )

    def _check_serials(self):
        """Refuse a serial number that was made before and not taken back since.

        :raise InvalidEventError: names it, and the order that made it
        """
        # sudo: as above.
        lines = self.sudo().line_ids.filtered(
            lambda line: (
                line.kind in MADE
                and line.quantity > 0
                and line.is_product
                and line.product_id.tracking == "serial"
                and line.lot_id
            )
        )
        if not lines:
            return
        self.env.flush_all()
        self.env.cr.execute(MADE_SERIALS, (tuple(lines.lot_id.ids), MADE))
        doubles = self.env.cr.fetchall()
        if not doubles:
            return
        raise InvalidEventError(
            _(
                "%(product)s %(serials)s was made before, by %(order)s.",
                product=self.production_id.product_id.display_name,
                serials=", ".join(serial for serial, _order in doubles),
                order=doubles[0][1],
            ),
            code="serial_made",
            pointer="/data/serials",
            remedy=_("Take the first report back, or correct the serial number."),
        )
