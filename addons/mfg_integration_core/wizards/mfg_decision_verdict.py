from odoo import fields, models


class MfgDecisionVerdict(models.TransientModel):
    """An Approver approves or rejects what events want, and writes a note about it."""

    _name = "mfg.decision.verdict"
    _description = "Decide What an Event Wants"

    decision_ids = fields.Many2many("mfg.decision", string="Decisions", required=True)
    verdict = fields.Selection(
        [
            ("approve", "Approve: the event has its effect"),
            ("reject", "Reject: the event is rejected, and its sender can see why"),
        ],
        required=True,
    )
    note = fields.Text(required=True)

    def action_confirm(self):
        """Do it; the decisions check who may."""
        self.ensure_one()
        self.decision_ids._decide(self.verdict == "approve", self.note)
        return {"type": "ir.actions.act_window_close"}
