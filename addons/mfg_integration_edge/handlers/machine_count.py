from decimal import Decimal

from odoo import _, models

from odoo.addons.mfg_integration_core.exceptions import (
    InvalidEventError,
    MissingReferenceError,
)

from .machine import CLOSED


class MachineCountHandler(models.AbstractModel):
    """Counted units become progress of the order.

    What a machine has made is a fact: it is accepted while the order is on hold too.
    """

    _name = "mfg.handler.machine.count"
    _inherit = "mfg.handler.machine"
    _description = "Machine Count Handler"

    def _handle(self, event):
        """The order, with the counts added to it.

        :raise MissingReferenceError: equipment or order unknown, or not confirmed yet
        :raise InvalidEventError: code ``order_closed``; a person decides where the
            units belong
        """
        equipment = self._get_equipment(event)
        order = self._get_order(event, equipment)
        self._join_open_case(event, equipment)
        if order.state in CLOSED:
            raise InvalidEventError(
                _(
                    "%(order)s is closed; %(equipment)s counted %(good)s good and"
                    " %(scrap)s scrap for it.",
                    order=order.name,
                    equipment=equipment.display_name,
                    good=event.data["good_quantity"],
                    scrap=event.data["scrap_quantity"],
                ),
                code="order_closed",
                remedy=_(
                    "Correct the stock, or reopen the work in a new order and reject"
                    " this event."
                ),
            )
        if order.state == "draft":
            raise MissingReferenceError(
                _("%(order)s is not confirmed yet.", order=order.name),
                model=order._name,
                key=order.name,
            )
        order._mfg_add_counts(
            good=_exact(event.data["good_quantity"]),
            scrap=_exact(event.data["scrap_quantity"]),
        )
        return order


def _exact(number):
    """The decimal that the sender wrote, not the binary fraction next to it."""
    return Decimal(str(number))
