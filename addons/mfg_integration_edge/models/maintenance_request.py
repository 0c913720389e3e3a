from odoo import models


class MaintenanceRequest(models.Model):
    _inherit = "maintenance.request"

    def _mfg_repair_over(self):
        """Extended: faults that the machine told of before are over with the repair.

        By the machine's clock, which need not agree with that of the repair: a fault
        that is newer than all the machine had said may be a new one.
        """
        result = super()._mfg_repair_over()
        if self.mfg_fault_code:
            # sudo: a technician or a CMMS needs no right on the equipment's state.
            equipment = self.equipment_id.sudo()
            equipment.mfg_cleared_until = equipment.mfg_reported_at
        return result
