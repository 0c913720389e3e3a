from odoo import _, models

from odoo.addons.mfg_integration_core.exceptions import MissingReferenceError


class DeviceHandler(models.AbstractModel):
    """What the handlers of a device's own life share: which device, and is it news."""

    _name = "mfg.handler.device"
    _inherit = "mfg.event.handler"
    _description = "Device Event Handler"

    # What a device sends late is nobody's decision; the log of events has it.
    _audits_stale = False

    def _get_device(self, event):
        """The device that the event speaks of, with the hub's rights.

        :raise MissingReferenceError: it is one of those that are not kept apart
        """
        # sudo: nobody writes by hand what a device says of itself.
        device = (
            self.env["mfg.edge.device"]
            .sudo()
            .search(
                [
                    ("connector_id", "=", event.connector_id.id),
                    ("source", "=", event.source),
                ]
            )
        )
        if not device:
            raise MissingReferenceError(
                _("%(source)s is not kept as a device.", source=event.source),
                model=device._name,
                key=event.source,
            )
        return device

    def _leave_to_history(self, event):
        """Whether the event was sent afterwards; it then says nothing of today."""
        if event.historical:
            event._ignore(
                "historical", _("It was sent afterwards, and sets off nothing.")
            )
        return event.historical
