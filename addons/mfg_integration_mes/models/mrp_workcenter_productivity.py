from odoo import fields, models


class MrpWorkcenterProductivity(models.Model):
    """A time that reports of the shop floor opened and closed."""

    _inherit = "mrp.workcenter.productivity"

    mfg_posting_id = fields.Many2one(
        "mfg.production.posting",
        "Posting",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The posting that gave the operation the time of its plan.",
    )
    mfg_opened_by_id = fields.Many2one(
        "mfg.operation.report",
        "Started By Report",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    mfg_closed_by_id = fields.Many2one(
        "mfg.operation.report",
        "Ended By Report",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
