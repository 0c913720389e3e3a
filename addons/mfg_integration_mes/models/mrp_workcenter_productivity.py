from odoo import fields, models


class MrpWorkcenterProductivity(models.Model):
    _inherit = "mrp.workcenter.productivity"

    mfg_posting_id = fields.Many2one(
        "mfg.production.posting",
        "Posting",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
