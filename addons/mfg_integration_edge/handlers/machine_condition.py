from odoo import models


class MachineConditionHandler(models.AbstractModel):
    """A measurement of a machine's condition: rules say what follows from it."""

    _name = "mfg.handler.machine.condition"
    _inherit = "mfg.handler.machine"
    _description = "Machine Condition Handler"

    def _handle(self, event):
        """Return the equipment, of which nothing changes.

        :raise MissingReferenceError: when the equipment is unknown
        """
        return self._get_equipment(event)
