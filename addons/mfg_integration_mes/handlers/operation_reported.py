from odoo import models


class OperationReportedHandler(models.AbstractModel):
    """Start, pause and stop of an operation: exactly one timer is open."""

    _name = "mfg.handler.operation.reported"
    _inherit = "mfg.handler.shop.floor"
    _description = "Operation Report Handler"

    def _handle(self, event):
        """The report of the operation.

        :raise MissingReferenceError: order or operation unknown
        :raise GateError: the work begins, and a hold forbids it
        """
        order = self._get_order(event)
        workorder = self._get_operation(order, event.data["operation"])
        shared = self._shared(event)
        return self.env["mfg.operation.report"]._take(
            workorder,
            {
                "action": event.data["action"],
                "reported_at": shared["reported_at"],
                "operator": shared["operator"],
                "user": self._operator_user(event.data.get("operator")),
            },
            event,
        )
