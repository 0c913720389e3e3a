from odoo import _, models

from odoo.addons.mfg_integration_core import compat
from odoo.addons.mfg_integration_core.exceptions import (
    InvalidEventError,
    MissingReferenceError,
)

from ..count_window import CountWindow
from .machine import CLOSED


class MachineCountHandler(models.AbstractModel):
    """Counted units become progress of the order.

    What a machine has made is a fact: it is accepted while the order is on hold too.
    """

    _name = "mfg.handler.machine.count"
    _inherit = "mfg.handler.machine"
    _description = "Machine Count Handler"

    def _handle(self, event):
        """The order, with the counts added to it; the equipment when there is none.

        :raise MissingReferenceError: equipment, order or operation unknown, or not
            confirmed yet
        :raise InvalidEventError: code ``order_closed``; a person decides where the
            units belong
        """
        equipment = self._get_equipment(event)
        # sudo: the ledger is the hub's own, connectors' users only read documents.
        window = self.env["mfg.edge.window"].sudo()._of_event(event)
        if self._is_for_no_order(event, equipment, window):
            event._ignore("no_order", self._why_no_order(equipment))
            window._post_nowhere(equipment)
            return equipment
        order = self._get_counted_order(event, equipment, window)
        self._join_open_case(event, equipment)
        self._check_open(event, equipment, order)
        taken = self._prepare_count_window(event, equipment, window, order)
        order._mfg_take_counts(taken)
        window._post(order, taken)
        return order

    def _is_for_no_order(self, event, equipment, window):
        """Whether nobody names an order, and none is planned at the work center.

        A plant that has machines only counts all the same; and what waits here would
        keep the machine's next fault waiting. Where work is planned it is awaited:
        somebody has not started it yet.
        """
        if window.job_order or window.context_id._scanned():
            return False
        planned = self.env["mrp.workorder"].search_count(
            [
                ("workcenter_id", "=", equipment.mfg_workcenter_id.id),
                ("state", "not in", CLOSED),
                ("production_id.state", "not in", ("draft", *CLOSED)),
            ],
            limit=1,
        )
        return not equipment.mfg_workcenter_id or not planned

    def _why_no_order(self, equipment):
        return _(
            "%(equipment)s names no order, and none is planned at its work center. It"
            " is in the sums of the machine only.",
            equipment=equipment.display_name,
        )

    def _check_open(self, event, equipment, order):
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

    def _prepare_count_window(self, event, equipment, window, order):
        """What the order takes."""
        good, scrap = window._unposted()
        operation = self._operation_name(event, window)
        workorder = self._get_workorder(event, equipment, order, operation)
        lot_name = window.context_id.lot or None
        return CountWindow(
            good=good,
            scrap=scrap,
            equipment=equipment,
            workorder=workorder,
            is_output=order._mfg_is_output(workorder, bool(operation)),
            lot=self._find_lot(order, lot_name or window.context_id.barcode),
            lot_name=lot_name,
            operator=window.context_id.operator or None,
            started_at=window.started_at,
            ended_at=window.ended_at,
            event=event,
            window=window,
        )

    # ---------------------------------------------------------- which order it was

    def _get_counted_order(self, event, equipment, window):
        """The order that was worked on when it was counted.

        What was scanned at the machine names it, by its reference or by the name of a
        lot that it makes.

        :raise MissingReferenceError: when there is none yet
        """
        context = window.context_id
        scanned = not window.job_order and context._scanned()
        if not scanned:
            return self._get_order(event, equipment)
        order = self._find_named_order(event, scanned)
        order = order or self._find_order_of_lot(event, scanned)
        if not order and scanned == context.lot:
            # A lot that nobody planned is made by the order that runs there.
            order = self._find_order(event, equipment)
        if not order:
            raise MissingReferenceError(
                _(
                    "%(scanned)s, which was scanned at %(equipment)s, is no"
                    " manufacturing order here and no lot that one makes.",
                    scanned=scanned,
                    equipment=equipment.display_name,
                ),
                model="mrp.production",
                key=scanned,
            )
        return order

    def _find_named_order(self, event, name):
        return self.env["mrp.production"].search(
            [("name", "=", name), ("company_id", "=", event.company_id.id)]
        )

    def _find_order_of_lot(self, event, name):
        """The open order that makes a lot of this name, of several the newest."""
        lots = self.env["stock.lot"].search([("name", "=", name)])
        orders = compat.orders_making(lots).filtered(
            lambda order: order.company_id == event.company_id
        )
        return orders.sorted("id", reverse=True)[:1]

    def _find_lot(self, order, name):
        """The lot of the order's product with this name; empty when there is none."""
        if not name:
            return self.env["stock.lot"]
        return self.env["stock.lot"].search(
            [("name", "=", name), ("product_id", "=", order.product_id.id)], limit=1
        )

    # ------------------------------------------------------ which operation it was

    def _operation_name(self, event, window):
        """The operation that the machine or the scanner named; None if neither."""
        context = window.context_id
        scanned = None if context.ended else context.operation
        return event.data.get("operation") or scanned or None

    def _get_workorder(self, event, equipment, order, operation):
        """The work order that was worked on; empty where none is at the machine.

        :raise MissingReferenceError: the order has no operation of the name
        """
        if not operation:
            here = order.workorder_ids.filtered(
                lambda work: work.workcenter_id == equipment.mfg_workcenter_id
            )
            running = here.filtered(lambda work: work.state == "progress")
            return (running or here)[:1]
        named = order.workorder_ids.filtered(lambda work: work.name == operation)
        if not named:
            raise MissingReferenceError(
                _(
                    "%(order)s has no operation %(operation)s.",
                    order=order.name,
                    operation=operation,
                ),
                model="mrp.workorder",
                key=operation,
            )
        return named[:1]
