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

    def _close(self):
        """Extended: that Odoo ends a time that was reported is a report of its own.

        Else the next report would have the work go on through the pause.
        """
        workorders = self.filtered("mfg_opened_by_id").workorder_id
        result = super()._close()
        for workorder in workorders:
            self.env["mfg.operation.report"]._take_from_odoo(workorder, "pause")
        return result
