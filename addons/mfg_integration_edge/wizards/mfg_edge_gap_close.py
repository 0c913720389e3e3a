from odoo import fields, models


class MfgEdgeGapClose(models.TransientModel):
    """A person says why missing events are waited for no more."""

    _name = "mfg.edge.gap.close"
    _inherit = ["mfg.verdict.mixin"]
    _description = "Close Gaps"

    row_ids = fields.Many2many("mfg.edge.gap", string="Gaps", required=True)

    def _carry_out(self):
        """Extended: there is nothing to choose from."""
        self.row_ids._close(self.note)
