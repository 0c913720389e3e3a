from odoo import models


class MachineAlarmHandler(models.AbstractModel):
    """An alarm that came or went is taken down; rules say what follows from it."""

    _name = "mfg.handler.machine.alarm"
    _inherit = "mfg.handler.machine"
    _description = "Machine Alarm Handler"

    def _handle(self, event):
        """The equipment, of which nothing changes.

        :raise MissingReferenceError: when the equipment is unknown
        """
        equipment = self._get_equipment(event)
        self._join_open_case(event, equipment)
        data = event.data
        # sudo: alarms are the hub's own, which a connector's user cannot write.
        self.env["mfg.edge.alarm"].sudo()._told(
            equipment.sudo(),
            event.said_at,
            is_active=data["active"],
            code=data["code"],
            text=data.get("text"),
            severity=data.get("severity"),
            historical=event.historical,
        )
        return equipment
