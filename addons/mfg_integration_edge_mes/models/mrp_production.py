from odoo import models


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    def _mfg_take_counts(self, window):
        """Extended: a window is a report as well, posted as the policy says."""
        super()._mfg_take_counts(window)
        self.env["mfg.production.report"]._take_window(self, window)

    def _mfg_follow_counts(self):
        """Overridden: the report that is made of the counts says how far the order is,
        and in which state it takes anything."""

    def _mfg_consume_for_counts(self):
        """Extended: where there are reports, they say what was used."""
        if self.mfg_report_ids:
            return self.env["stock.move"]
        return super()._mfg_consume_for_counts()
