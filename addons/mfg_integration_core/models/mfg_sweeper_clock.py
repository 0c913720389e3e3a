from odoo import SUPERUSER_ID, api, models

from ..unit_of_work import run_in_transaction


class MfgSweeperClock(models.AbstractModel):
    """Looks at the clocks of the partners in every round."""

    _inherit = "mfg.sweeper"

    @api.model
    def _cron_sweep(self):
        super()._cron_sweep()
        run_in_transaction(
            self.env.registry,
            lambda env: env["mfg.connector"]._watch_clocks(),
            uid=SUPERUSER_ID,
        )
