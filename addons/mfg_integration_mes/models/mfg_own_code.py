from odoo import api, models


class MfgOwnCode(models.AbstractModel):
    _inherit = "mfg.own.code"

    @api.model
    def _code_fields(self, model):
        """Extended: the name under which an order was released, once it is split."""
        fields = super()._code_fields(model)
        return (*fields, "mfg_release_name") if model == "mrp.production" else fields
