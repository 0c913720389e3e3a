from odoo import api, models


class MfgSweeperPolling(models.AbstractModel):
    """Sees to it that what a newer template lists is polled."""

    _inherit = "mfg.sweeper"

    @api.model
    def _cron_sweep(self):
        self.env["mfg.connector"]._sync_changed_templates()
        super()._cron_sweep()
