from odoo import api, fields, models

from ..documents import form_of


class MfgChainMixin(models.AbstractModel):
    """A row that belongs to a chain of events, and so perhaps to a case.

    For inheriting models with ``correlation_id``.
    """

    _name = "mfg.chain.mixin"
    _description = "Part of a Case"

    case_id = fields.Many2one("mfg.case", compute="_compute_case_id")

    @api.depends("correlation_id")
    def _compute_case_id(self):
        cases = self.env["mfg.case"].search(
            [("correlation_id", "in", self.mapped("correlation_id"))]
        )
        by_correlation = {case.correlation_id: case for case in cases}
        for row in self:
            row.case_id = by_correlation.get(row.correlation_id, False)

    def action_open_case(self):
        """The form of the case that the row belongs to."""
        return form_of(self.case_id)
