from odoo import fields, models


class MfgConnectorRunner(models.Model):
    """What a connector's screens say about the job runner that serves it."""

    _inherit = "mfg.connector"

    runner_is_alive = fields.Boolean(compute="_compute_runner_status")
    runner_status = fields.Char("Job Runner", compute="_compute_runner_status")

    def _compute_runner_status(self):
        is_alive, status = self.env["mfg.sweeper"]._runner_status()
        for connector in self:
            connector.runner_is_alive = is_alive
            connector.runner_status = status
