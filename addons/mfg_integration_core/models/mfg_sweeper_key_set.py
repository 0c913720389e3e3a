from odoo import api, models


class MfgSweeperKeySet(models.AbstractModel):
    """Fetches keys that are due and tells of those that end, when all else is done."""

    _inherit = "mfg.sweeper"

    @api.model
    def _cron_sweep(self):
        super()._cron_sweep()
        self.env["mfg.key.set"]._fetch_due()
        self.env["mfg.api.key"]._warn_of_ends()
