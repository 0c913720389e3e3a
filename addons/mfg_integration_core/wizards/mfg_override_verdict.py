from odoo import fields, models


class MfgOverrideVerdict(models.TransientModel):
    """A person grants, refuses or settles overrides."""

    _name = "mfg.override.verdict"
    _inherit = ["mfg.verdict.mixin"]
    _description = "Decide about Override"
    _assent = "grant"

    row_ids = fields.Many2many("mfg.override", string="Overrides", required=True)
    verdict = fields.Selection(
        [
            ("grant", "Grant: it may pass"),
            ("refuse", "Refuse: it waits"),
            ("settle", "Settle: nothing is left to do"),
        ],
        required=True,
    )

    def _carry_out(self):
        """Extended: to settle is neither yes nor no."""
        if self.verdict == "settle":
            return self.row_ids._settle(self.note)
        return super()._carry_out()
