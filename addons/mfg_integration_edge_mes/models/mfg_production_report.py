from odoo import _, api, fields, models


class MfgProductionReport(models.Model):
    _inherit = "mfg.production.report"

    mfg_window_id = fields.Many2one(
        "mfg.edge.window",
        "Counts in It",
        compute="_compute_mfg_window_id",
        compute_sudo=True,
    )

    # ---------------------------------------------------------------- computes

    @api.depends("event_uuid")
    def _compute_mfg_window_id(self):
        """By the event that both came with."""
        uuids = [uuid for uuid in self.mapped("event_uuid") if uuid]
        windows = self.env["mfg.edge.window"].search([("event_uuid", "in", uuids)])
        by_uuid = {window.event_uuid: window for window in windows}
        for report in self:
            report.mfg_window_id = by_uuid.get(report.event_uuid, False)

    def _compute_title(self):
        """Extended: the number of a window says nothing to people."""
        super()._compute_title()
        for report in self:
            window = report.mfg_window_id
            if window and not report.reverses_id:
                report.title = _(
                    "Counts of %(machine)s",
                    machine=window.equipment_id.display_name or window.equipment,
                )

    # ----------------------------------------------------------------- actions

    def action_open_window(self):
        """The counts that the report was made of."""
        self.ensure_one()
        return self.mfg_window_id.get_formview_action()

    # ---------------------------------------------------------------- business

    @api.model
    def _take_window(self, order, window):
        """Take what machines counted in one stretch of time as a report.

        A window that corrects earlier ones takes back what they had too much. A lot
        that was told at the machine is the lot that is made, as in a report of a MES.

        :param window: :class:`CountWindow` of the edge addon
        :return: the report
        """
        shop_floor = self.env["mfg.handler.production.reported"]
        lot, product = window.lot, order.product_id
        if not lot and product.tracking != "none":
            lot = shop_floor._lot_of(
                window.event, product, window.lot_name, is_made=True
            )
        return self._take(
            order,
            {
                "good": window.good,
                "scrap": window.scrap,
                "workorder": window.workorder,
                "is_output": window.is_output,
                "lot": lot,
                "operator": shop_floor._operator(window.operator),
                "reported_at": window.ended_at,
            },
            window.event,
        )
