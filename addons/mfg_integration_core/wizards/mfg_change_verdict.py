from odoo import fields, models


class MfgChangeVerdict(models.TransientModel):
    """An Approver agrees to changes or rejects them."""

    _name = "mfg.change.verdict"
    _inherit = ["mfg.verdict.mixin"]
    _description = "Decide about Change"
    _assent = "agree"

    row_ids = fields.Many2many("mfg.change", string="Changes", required=True)
    verdict = fields.Selection(
        [
            ("agree", "Agree: it holds from now on"),
            ("reject", "Reject: all stays as it is"),
        ],
        required=True,
    )
    note = fields.Text(
        required=False, help="What you checked, or what is wrong with it."
    )
