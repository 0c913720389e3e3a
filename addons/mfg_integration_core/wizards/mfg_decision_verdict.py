from odoo import fields, models


class MfgDecisionVerdict(models.TransientModel):
    """An Approver approves or rejects what events want."""

    _name = "mfg.decision.verdict"
    _inherit = ["mfg.verdict.mixin"]
    _description = "Decide What an Event Wants"
    _assent = "approve"

    row_ids = fields.Many2many("mfg.decision", string="Decisions", required=True)
    verdict = fields.Selection(
        [
            ("approve", "Approve: the event has its effect"),
            ("reject", "Reject: the event is rejected, and its sender can see why"),
        ],
        required=True,
    )
