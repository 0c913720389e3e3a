from odoo import api, models

from ..unit_of_work import read_committed


class MfgSweeper(models.AbstractModel):
    """Extended: what the doors answered since the last round is added up."""

    _inherit = "mfg.sweeper"

    @api.model
    def _cron_sweep(self):
        super()._cron_sweep()
        with read_committed(self.env.registry) as cr:
            self.env["mfg.door.counter"]._add_up(cr)
