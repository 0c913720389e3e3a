from odoo import fields, models

#: Verdicts on reports for closed orders.
FOR_CLOSED = ("correct_stock", "reopen", "new_order")


class MfgProductionReportVerdict(models.TransientModel):
    """An Approver decides about reports that wait."""

    _name = "mfg.production.report.verdict"
    _inherit = ["mfg.verdict.mixin"]
    _description = "Decide about Report"
    _assent = "approve"

    row_ids = fields.Many2many("mfg.production.report", string="Reports", required=True)
    verdict = fields.Selection(
        [
            ("approve", "Approve: it counts"),
            ("correct_stock", "Correct stock: post it into the closed order"),
            ("reopen", "Reopen: a linked order takes this and what follows"),
            ("new_order", "New order: for this report alone, finished with it"),
            ("reject", "Reject: it has no effect"),
        ],
        required=True,
    )

    def _carry_out(self):
        """Extended: a report for a closed order has more ways than yes and no."""
        if self.verdict in FOR_CLOSED:
            return self.row_ids._settle(self.verdict, self.note)
        return super()._carry_out()
