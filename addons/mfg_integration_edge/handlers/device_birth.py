from odoo import _, models


class DeviceBirthHandler(models.AbstractModel):
    """A device begins to send, and says what it is and for whom it speaks.

    That it is there was heard before, by the aggregator.
    """

    _name = "mfg.handler.device.birth"
    _inherit = "mfg.handler.device"
    _description = "Device Birth Handler"

    def _handle(self, event):
        """The device, as it describes itself.

        :raise MissingReferenceError: it is not kept as a device
        """
        device = self._get_device(event)
        if self._leave_to_history(event):
            return device
        boot = event.data["boot"]
        if device.boot and boot < device.boot:
            why = _(
                "The device has started again since: %(boot)s times.", boot=device.boot
            )
            event._ignore("older_version", why)
            return device
        device.write(
            {
                "heartbeat_s": event.data.get("heartbeat_s", 0),
                "software": event.data.get("software", False),
            }
        )
        # sudo: see _get_device.
        self.env["mfg.edge.machine"].sudo()._take_down(
            event.connector_id,
            {device.source: device},
            dict.fromkeys(event.data.get("equipment", ()), device.source),
        )
        return device
