from odoo import _, api, fields, models


class MrpProductionUndecided(models.Model):
    """Reports of an order that count for nothing until somebody decides."""

    _inherit = "mrp.production"

    mfg_undecided_count = fields.Integer(
        "Reports to Decide",
        compute="_compute_mfg_undecided_count",
        compute_sudo=True,
        help="Reports over the tolerance, or for an order that is closed.",
    )

    @api.depends("mfg_report_ids.state")
    def _compute_mfg_undecided_count(self):
        counts = dict(
            self.env["mfg.production.report"]._read_group(
                [("production_id", "in", self.ids), ("state", "=", "to_decide")],
                ["production_id"],
                ["__count"],
            )
        )
        for order in self:
            order.mfg_undecided_count = counts.get(order._origin, 0)

    def action_mfg_view_undecided(self):
        """The reports that wait for an Approver; the form where there is only one."""
        self.ensure_one()
        reports = self.env["mfg.production.report"].search(
            [("production_id", "=", self.id), ("state", "=", "to_decide")]
        )
        if len(reports) == 1:
            return reports.get_formview_action()
        return {
            "type": "ir.actions.act_window",
            "name": _("Reports to Decide"),
            "res_model": reports._name,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", reports.ids)],
        }
