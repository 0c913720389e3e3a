from odoo import fields, models


class MfgOverrideVerdict(models.TransientModel):
    """A person grants, refuses or settles overrides and writes a note about it."""

    _name = "mfg.override.verdict"
    _description = "Decide about Override"

    override_ids = fields.Many2many("mfg.override", string="Overrides", required=True)
    verdict = fields.Selection(
        [
            ("grant", "Grant: it may pass"),
            ("refuse", "Refuse: it waits"),
            ("settle", "Settle: nothing is left to do"),
        ],
        required=True,
    )
    note = fields.Text(required=True)

    def action_confirm(self):
        """Do it; the overrides check who may."""
        self.ensure_one()
        if self.verdict == "settle":
            self.override_ids._settle(self.note)
        else:
            self.override_ids._decide(self.verdict == "grant", self.note)
        return {"type": "ir.actions.act_window_close"}
