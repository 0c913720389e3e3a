from odoo import fields, models


class MaintenanceEquipment(models.Model):
    _inherit = "maintenance.equipment"

    mfg_reported_at = fields.Datetime(
        "Last Machine State at",
        readonly=True,
        copy=False,
        help="Moment of the newest state that the machine reported, by its own clock;"
        " older ones that come later change nothing.",
    )
