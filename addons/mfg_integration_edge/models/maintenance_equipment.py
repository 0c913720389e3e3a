from odoo import fields, models


class MaintenanceEquipment(models.Model):
    _inherit = "maintenance.equipment"

    mfg_reported_at = fields.Datetime(
        "Last Machine State at",
        readonly=True,
        copy=False,
        help="Moment of the newest state that the machine reported, by its own clock;"
        " older ones that come later change no state.",
    )
    mfg_cleared_until = fields.Datetime(
        "Faults Cleared until",
        readonly=True,
        copy=False,
        help="The newest moment that the machine had told of when the last repair of a"
        " fault ended, by its own clock: faults of before that come too late to stop"
        " anything.",
    )
