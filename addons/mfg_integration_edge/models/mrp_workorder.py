from odoo import fields, models


class MrpWorkorder(models.Model):
    _inherit = "mrp.workorder"

    mfg_good_quantity = fields.Float(
        "Good (machine)",
        digits=(20, 9),
        readonly=True,
        copy=False,
        help="Good pieces that machines have counted in this operation.",
    )
    mfg_scrap_quantity = fields.Float(
        "Scrap (machine)",
        digits=(20, 9),
        readonly=True,
        copy=False,
        help="Rejected pieces that machines have counted in this operation.",
    )
