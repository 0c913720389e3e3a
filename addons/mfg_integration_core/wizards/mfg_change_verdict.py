from odoo import fields, models


class MfgChangeVerdict(models.TransientModel):
    """A person agrees to changes or rejects them, and writes a note about it."""

    _name = "mfg.change.verdict"
    _description = "Decide about Change"

    change_ids = fields.Many2many("mfg.change", string="Changes", required=True)
    verdict = fields.Selection(
        [
            ("agree", "Agree: it holds from now on"),
            ("reject", "Reject: all stays as it is"),
        ],
        required=True,
    )
    note = fields.Text(help="What you checked, or what is wrong with it.")

    def action_confirm(self):
        """Do it; the changes check who may."""
        self.ensure_one()
        self.change_ids._decide(self.verdict == "agree", self.note)
        return {"type": "ir.actions.act_window_close"}
