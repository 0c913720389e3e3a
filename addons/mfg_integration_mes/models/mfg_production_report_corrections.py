from odoo import _, models

from odoo.addons.mfg_integration_core.exceptions import InvalidEventError

from ..protocols.report_sums import uncovered


class MfgProductionReport(models.Model):
    """What a report may correct of those before it that are not posted yet."""

    _inherit = "mfg.production.report"

    def _is_correction(self):
        """Whether it says that there was less than was reported."""
        self.ensure_one()
        return min(self.line_ids.mapped("quantity"), default=0) < 0

    def _check_covered(self):
        """Refuse a correction of more than was reported: it could never be posted.

        :raise InvalidEventError: says of what
        """
        if not self._is_correction():
            return
        order = self.production_id
        products = self.env["product.product"]
        found = uncovered(
            order._mfg_accepted(),
            lambda product: products.browse(product).uom_id.rounding,
        )
        if not found:
            return
        key, quantity = found
        product = products.browse(key.product)
        raise InvalidEventError(
            _(
                "%(order)s would have %(quantity)s %(unit)s of %(product)s taken back"
                " that nobody reported.",
                order=order.name,
                quantity=f"{quantity.normalize():f}",
                unit=product.uom_id.name,
                product=product.display_name,
            ),
            code="more_than_posted",
            remedy=_("Check the quantity, the lot and the reason."),
        )
