from odoo import _, models

from odoo.addons.mfg_integration_core.exceptions import (
    InvalidEventError,
    MissingReferenceError,
)
from odoo.addons.mfg_integration_core.protocols.rfc3339 import parse_storable

from ..protocols.report_sums import exact


class ShopFloorHandler(models.AbstractModel):
    """What the handlers of reports share: which order, which operation, who, when."""

    _name = "mfg.handler.shop.floor"
    _inherit = "mfg.event.handler"
    _description = "Shop Floor Event Handler"

    def _get_order(self, event):
        """The order that the event names, or the one that goes on in its place.

        :raise MissingReferenceError: there is none yet
        """
        order = self._named(event, "mrp.production", event.data["job_order"])
        return order._mfg_counting()

    def _get_operation(self, order, name):
        """The work order of that name.

        :raise MissingReferenceError: the order has none, or several of it
        """
        found = order._mfg_operations().filtered(
            lambda workorder: name in (workorder.name, workorder.operation_id.name)
        )
        if len(found) == 1:
            return found
        raise MissingReferenceError(
            _(
                "%(order)s has %(count)s operations named %(name)s.",
                order=order.name,
                count=len(found),
                name=name,
            ),
            model="mrp.workorder",
            key=name,
            remedy=_(
                "Name one of: %(names)s.",
                names=", ".join(order._mfg_operations().mapped("name")) or "-",
            ),
        )

    def _shared(self, event):
        """Who and when, for a report."""
        data = event.data
        at = data.get("reported_at")
        return {
            "operator": self._operator(data.get("operator")),
            "reported_at": parse_storable(at).replace(tzinfo=None) if at else None,
            "name": data.get("report_id") or event.event_id,
        }

    def _operator(self, told):
        """The operator's name: that of a user here whose login it is, else as told."""
        return self._operator_user(told).name or told or ""

    def _operator_user(self, told):
        """The user here whose login or address the operator is; empty for nobody."""
        # sudo: the name of a colleague is no secret to who names the login.
        users = self.env["res.users"].sudo()
        if not told:
            return users
        return users.search(["|", ("login", "=", told), ("email", "=", told)], limit=1)


class ProductionReportedHandler(models.AbstractModel):
    """A report of the shop floor becomes progress of the order, or its posting."""

    _name = "mfg.handler.production.reported"
    _inherit = "mfg.handler.shop.floor"
    _description = "Production Report Handler"

    def _handle(self, event):
        """The report, which counts or waits for a decision.

        :raise MissingReferenceError: order, product, lot, unit or reason unknown
        :raise InvalidEventError: a unit that does not fit, serials that do not add up
        :raise GateError: it is to be posted, and a hold forbids it
        """
        data, order = event.data, self._get_order(event)
        values = {**self._shared(event), "is_final": data.get("is_final", False)}
        if data.get("operation"):
            values["workorder"] = self._get_operation(order, data["operation"])
        values["lines"] = [
            *self._good(event, order),
            *self._lost(event, order, "scrap"),
            *self._lost(event, order, "rework"),
            *self._parts(event, order, "byproduct", "by_products"),
            *self._parts(event, order, "component", "consumption"),
        ]
        report = self.env["mfg.production.report"]._take(order, values, event)
        self._resume_reversals(event, report)
        return report

    def _resume_reversals(self, event, report):
        """Let the reversals go on that were here before the report."""
        # sudo: what waits is the hub's.
        events = self.env["mfg.inbox.event"].sudo()
        events.flush_model()
        names = {report.name, event.event_id}
        ids = events._resume_awaiting(
            self.env.cr, [(report._name, name) for name in names]
        )
        if ids:
            events.invalidate_model(["state", "next_attempt_at", "reason"])
            # sudo: as above.
            self.env["mfg.connector"].sudo().browse(ids)._wake()

    def _good(self, event, order):
        """Lines of the good pieces, one for each serial number."""
        data, product = event.data, order.product_id
        quantity = data.get("good_quantity")
        serials = data.get("serials") or []
        if not quantity:
            return []
        quantity = self._quantity(event, order, product, quantity, data.get("unit"))
        if not serials:
            lot = self._lot_of(event, product, data.get("lot"), is_made=True)
            return [_line("good", product, quantity, lot)]
        if abs(quantity) != len(serials):
            raise InvalidEventError(
                _(
                    "%(quantity)s pieces and %(count)s serial numbers were reported.",
                    quantity=quantity,
                    count=len(serials),
                ),
                code="serial_count",
                pointer="/data/serials",
            )
        one = exact(1 if quantity > 0 else -1)
        return [
            _line("good", product, one, self._lot_of(event, product, each, True))
            for each in serials
        ]

    def _lost(self, event, order, kind):
        """Lines of what is lost or to be reworked, with the reason in our words."""
        lines = []
        for item in event.data.get(kind, ()):
            product = order.product_id
            if item.get("component"):
                product = self._named(event, "product.product", item["component"])
            quantity = self._quantity(
                event, order, product, item["quantity"], item.get("unit")
            )
            is_made = product == order.product_id
            lot = self._lot_of(event, product, item.get("lot"), is_made)
            reason = self._word(event, "reason", item["reason"])
            lines.append({**_line(kind, product, quantity, lot), "reason": reason})
        return lines

    def _parts(self, event, order, kind, member):
        """Lines of other products that were made or used."""
        lines = []
        for item in event.data.get(member, ()):
            product = self._named(event, "product.product", item["product"])
            quantity = self._quantity(
                event, order, product, item["quantity"], item.get("unit")
            )
            is_made = kind == "byproduct"
            lot = self._lot_of(event, product, item.get("lot"), is_made)
            lines.append(_line(kind, product, quantity, lot))
        return lines

    def _quantity(self, event, order, product, quantity, unit):
        """A quantity in the product's unit, exact where the unit allows it.

        :raise MissingReferenceError: the unit is unknown
        :raise InvalidEventError: it is of another family
        """
        units = self.env["mfg.unit"]
        if unit:
            uom = self._named(event, "uom.uom", unit)
        elif product == order.product_id:
            uom = order.product_uom_id
        else:
            uom = product.uom_id
        return units._convert_exactly(quantity, uom, product)

    def _lot_of(self, event, product, name, is_made):
        """The lot of that name; created where it is made here.

        :raise MissingReferenceError: a lot that is used and not known
        """
        if not name:
            return None
        within = [("product_id", "=", product.id)]
        try:
            return self._named(event, "stock.lot", name, within)
        except MissingReferenceError:
            if not is_made:
                raise
        return self.env["stock.lot"].create(
            {
                "name": name,
                "product_id": product.id,
                "company_id": event.company_id.id,
            }
        )


def _line(kind, product, quantity, lot=None):
    return {"kind": kind, "product": product, "quantity": quantity, "lot": lot}
