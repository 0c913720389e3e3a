from odoo import api, models


class MfgBinding(models.Model):
    _inherit = "mfg.binding"

    @api.model
    def _bindable_models(self):
        """Extended: inspections, which a QMS numbers itself."""
        return [*super()._bindable_models(), "mfg.quality.inspection"]
