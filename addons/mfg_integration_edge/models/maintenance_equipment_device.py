from odoo import _, api, fields, models
from odoo.tools.misc import format_datetime

#: States of a device in which nothing is known of its machines.
ABSENT = ("stale", "dead")


class MaintenanceEquipmentDevice(models.Model):
    """Extended: who speaks for a machine, and that nobody does."""

    _inherit = "maintenance.equipment"

    mfg_machine_ids = fields.One2many("mfg.edge.machine", "equipment_id", copy=False)
    mfg_silence = fields.Char(
        "Not Heard",
        compute="_compute_mfg_silence",
        help="Says so while the device that speaks for the machine is not heard.",
    )

    @api.depends(
        "mfg_machine_ids.device_id.state", "mfg_machine_ids.device_id.absent_since"
    )
    @api.depends_context("lang", "tz")
    def _compute_mfg_silence(self):
        for equipment in self:
            # sudo: whoever may see the machine may know that nothing is known of it.
            devices = equipment.sudo().mfg_machine_ids.device_id
            absent = devices.filtered(lambda device: device.state in ABSENT)[:1]
            equipment.mfg_silence = bool(absent) and _(
                "Nothing is known of this machine since %(since)s: %(device)s is not"
                " heard. %(why)s",
                since=format_datetime(self.env, absent.absent_since),
                device=absent.name,
                why=absent.absent_why or "",
            )
