from odoo import api, models


class MfgProductionReport(models.Model):
    _inherit = "mfg.production.report"

    @api.model
    def _take_window(self, order, window):
        """Take what machines counted in one stretch of time as a report.

        A window that corrects earlier ones takes back what they had too much.

        :param window: :class:`CountWindow` of the edge addon
        :return: the report
        """
        return self._take(
            order,
            {
                "good": window.good,
                "scrap": window.scrap,
                "workorder": window.workorder,
                "is_output": window.is_output,
                "lot": window.lot,
                "reported_at": window.ended_at,
            },
            window.event,
        )
