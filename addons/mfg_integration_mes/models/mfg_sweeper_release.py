from odoo import SUPERUSER_ID, api, models

from odoo.addons.mfg_integration_core.unit_of_work import run_in_transaction


class MfgSweeperRelease(models.AbstractModel):
    """Tells orders of a refusal whose worker died before it did."""

    _inherit = "mfg.sweeper"

    @api.model
    def _cron_sweep(self):
        super()._cron_sweep()
        run_in_transaction(
            self.env.registry,
            lambda env: env["mfg.outbox.message"]._mfg_release_settle(),
            uid=SUPERUSER_ID,
        )
