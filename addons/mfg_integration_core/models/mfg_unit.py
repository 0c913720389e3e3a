from decimal import Decimal

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
        self._check_family(quantity, uom, product)
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

    @api.model
    def _convert_exactly(self, quantity, uom, product):
        """As :meth:`_convert`, not rounded: for quantities that are added up.

        :return: Decimal with nine digits at most
        :raise InvalidEventError: code ``unit_family``
        """
        self._check_family(quantity, uom, product)
        if uom == product.uom_id:
            return Decimal(str(quantity))
        converted = uom._compute_quantity(float(quantity), product.uom_id, round=False)
        return Decimal(str(round(converted, 9)))

    @api.model
    def _check_family(self, quantity, uom, product):
        """:raise InvalidEventError: code ``unit_family``: kilograms are no pieces"""
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
