from odoo import models


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    def _mfg_take_counts(self, window):
        """Extended: a window is a report as well, posted as the policy says."""
        super()._mfg_take_counts(window)
        if self._mfg_reports_counts():
            self.env["mfg.production.report"]._take_window(self, window)

    def _mfg_follow_counts(self):
        """Extended: where there are reports, they say how far the order is, and in
        which state it takes anything."""
        if not self._mfg_reports_counts() and not self.mfg_report_ids:
            super()._mfg_follow_counts()

    def _mfg_reports_counts(self):
        """Whether machines report what the order makes, and nobody else does."""
        return self.env["mfg.setting"]._get("mes.machines_report", self)

    def _mfg_consume_for_counts(self):
        """Extended: where there are reports, they say what was used."""
        if self.mfg_report_ids:
            return self.env["stock.move"]
        return super()._mfg_consume_for_counts()
