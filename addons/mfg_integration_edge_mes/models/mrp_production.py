from decimal import Decimal

from odoo import _, models

from odoo.addons.mfg_integration_edge.handlers.machine import CLOSED


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    def _mfg_take_counts(self, window):
        """Extended: a window is a report as well, posted as the policy says."""
        super()._mfg_take_counts(window)
        if self._mfg_reports_counts():
            self._mfg_report_counts_of_before()
            self.env["mfg.production.report"]._take_window(self, window)

    def _mfg_report_counts_of_before(self):
        """Report what the order had before counts were reports, once.

        The MES may be installed while it runs. From its first report on, an order has
        made what reports say, and nothing else would say this. Of one that was closed
        before, Odoo has posted what it made.
        """
        if self.mfg_report_ids or self.state in CLOSED:
            return
        self.env["mfg.edge.window"].flush_model()
        self.env.cr.execute(
            """
            SELECT COALESCE(sum(good_quantity), 0)::text,
                   COALESCE(sum(scrap_quantity), 0)::text, max(ended_at)
              FROM mfg_edge_window WHERE production_id = %s AND is_output
            """,
            (self.id,),
        )
        good, scrap, ended_at = self.env.cr.fetchone()
        good, scrap = Decimal(good), Decimal(scrap)
        if good or scrap:
            self.env["mfg.production.report"]._take(
                self,
                {
                    "name": _("Counted before reports"),
                    "good": good,
                    "scrap": scrap,
                    "is_output": True,
                    "reported_at": ended_at,
                },
            )

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
