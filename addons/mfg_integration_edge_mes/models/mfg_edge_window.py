from odoo import api, fields, models


class MfgEdgeWindow(models.Model):
    _inherit = "mfg.edge.window"

    mfg_report_id = fields.Many2one(
        "mfg.production.report",
        "Report",
        compute="_compute_mfg_report_id",
        compute_sudo=True,
    )

    @api.depends("event_uuid")
    def _compute_mfg_report_id(self):
        """By the event that both came with."""
        reports = self.env["mfg.production.report"].search(
            [("event_uuid", "in", self.mapped("event_uuid"))]
        )
        by_uuid = {report.event_uuid: report for report in reports}
        for window in self:
            window.mfg_report_id = by_uuid.get(window.event_uuid, False)

    def action_open_report(self):
        """The report that was made of the window."""
        self.ensure_one()
        return self.mfg_report_id.get_formview_action()
