from odoo import _, api, models
from odoo.tools import float_is_zero

from ..compat import same_uom_family
from ..exceptions import InvalidEventError


class MfgUnit(models.AbstractModel):
    """Quantities of partners in our units."""

    _name = "mfg.unit"
    _description = "Unit Conversion"

    @api.model
    def _convert(self, quantity, uom, product):
        """``quantity`` of ``uom`` in the product's unit, rounded as that asks.

        Rounded to the nearest, since Odoo's default would make one piece of every
        fraction.

        :raise InvalidEventError: code ``unit_family``: kilograms are no pieces;
            ``quantity_too_small``: the product's unit would make nothing of it
        """
        target = product.uom_id
        if not same_uom_family(uom, target):
            raise InvalidEventError(
                _(
                    "%(quantity)s %(unit)s of %(product)s were told, which is counted"
                    " in %(target)s: one cannot be converted into the other.",
                    quantity=quantity,
                    unit=uom.name,
                    product=product.display_name,
                    target=target.name,
                ),
                code="unit_family",
                remedy=_(
                    "Correct the entry of the partner's unit (Mapping, Value Maps) or"
                    " the unit of the product, then replay the event."
                ),
            )
        converted = uom._compute_quantity(quantity, target, rounding_method="HALF-UP")
        if quantity and float_is_zero(converted, precision_rounding=target.rounding):
            raise InvalidEventError(
                _(
                    "%(quantity)s %(unit)s of %(product)s are less than the smallest"
                    " quantity in %(target)s.",
                    quantity=quantity,
                    unit=uom.name,
                    product=product.display_name,
                    target=target.name,
                ),
                code="quantity_too_small",
                remedy=_("Check the unit that the partner means."),
            )
        return converted
