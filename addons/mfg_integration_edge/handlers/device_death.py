from odoo import _, models

from ..protocols import machine_sequence


class DeviceDeathHandler(models.AbstractModel):
    """A device ends, or somebody says so for it, such as a broker it was connected to.

    Nothing is known of its machines from then on.
    """

    _name = "mfg.handler.device.death"
    _inherit = "mfg.handler.device"
    _description = "Device Death Handler"

    def _handle(self, event):
        """The device, which is off unless it was heard since.

        :raise MissingReferenceError: it is not kept as a device
        """
        device = self._get_device(event)
        if self._leave_to_history(event):
            return device
        if self._was_heard_since(device, event):
            event._ignore("older_version", _("The device was heard since."))
            return device
        reason = event.data.get("reason")
        told = _("It went off: %(reason)s", reason=reason) if reason else None
        # Who speaks for a device may have written it long before: a broker is given
        # the death when the device connects.
        at = max(event.said_at, device._last_word_at(event.received_at))
        device._go("dead", at, told or _("It went off."))
        return device

    def _was_heard_since(self, device, event):
        """Whether the device has told something newer.

        By its own numbers where it counts its events; else by its clock.
        """
        place = machine_sequence.read((event.payload or {}).get("sequence"))
        if None not in place and device.sequence:
            return place < (device.boot, int(device.sequence))
        return bool(device.reported_at and event.said_at < device.reported_at)
