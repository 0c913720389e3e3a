from odoo import fields, models


class MfgOwnership(models.Model):
    """Who decides about an inspection may be set, too."""

    _inherit = "mfg.ownership"

    model = fields.Selection(
        selection_add=[("mfg.quality.inspection", "Quality inspection")],
        ondelete={"mfg.quality.inspection": "cascade"},
    )
