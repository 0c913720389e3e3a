from odoo import SUPERUSER_ID, api, fields, models

from odoo.addons.mfg_integration_core.unit_of_work import run_in_transaction


class MfgSweeperDevices(models.AbstractModel):
    """Looks in every round who has fallen silent and what is missing."""

    _inherit = "mfg.sweeper"

    @api.model
    def _cron_sweep(self):
        super()._cron_sweep()
        now = fields.Datetime.now()
        for work in (
            lambda env: env["mfg.edge.device"]._watch(now),
            lambda env: env["mfg.edge.gap"]._ask_again(now),
        ):
            run_in_transaction(self.env.registry, work, uid=SUPERUSER_ID)
