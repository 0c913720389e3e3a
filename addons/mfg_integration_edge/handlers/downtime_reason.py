from datetime import timezone

from odoo import models

from odoo.addons.mfg_integration_core.protocols import rfc3339


class DowntimeReasonHandler(models.AbstractModel):
    """Why a machine stands or stood still becomes the reason of that stop."""

    _name = "mfg.handler.downtime.reason"
    _inherit = "mfg.handler.machine"
    _description = "Downtime Reason Handler"

    def _handle(self, event):
        """The equipment, with its stop explained.

        What the states so far say is no stop keeps no later reason waiting.

        :raise MissingReferenceError: equipment unknown
        :raise OutOfTurnError: the states of that moment are still on their way
        :raise UnmappedValueError: nobody has said what the reason means
        """
        equipment = self._get_equipment(event)
        moment = self._moment(event)
        # sudo: stops are the hub's own, which a connector's user cannot write.
        stops = self.env["mfg.edge.stop"].sudo()
        stop = stops._at(equipment, moment)
        if not stop:
            stops._leave_unexplained(event, equipment, moment)
            return equipment
        stop._explain(
            self._word(event, "loss", event.data["reason"]),
            code=event.data["reason"],
            text=event.data.get("text"),
            by=event.data.get("operator"),
            at=event.said_at,
        )
        return equipment

    def _moment(self, event):
        """A moment within the stop: naive UTC, never later than the event came."""
        told = event.data.get("stopped_at")
        if not told:
            return event.said_at
        moment = rfc3339.parse(told).astimezone(timezone.utc).replace(tzinfo=None)
        return event._believed(moment)
