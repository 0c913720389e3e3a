from odoo import api, fields, models


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    mfg_scrap_percent = fields.Float(
        "Scrap (%)",
        compute="_compute_mfg_scrap_percent",
        help="Rejected pieces in percent of all that machines have counted.",
    )

    @api.depends("mfg_good_quantity", "mfg_scrap_quantity")
    def _compute_mfg_scrap_percent(self):
        for order in self:
            counted = order.mfg_good_quantity + order.mfg_scrap_quantity
            share = order.mfg_scrap_quantity / counted if counted else 0.0
            order.mfg_scrap_percent = 100.0 * share
