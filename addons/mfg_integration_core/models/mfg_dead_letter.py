from odoo import api, fields, models

from .mfg_integration_log import MfgIntegrationLog


class MfgDeadLetter(models.Model):
    """Everything that failed for good and waits for a person, in one list.

    Refused events are part of it: their lanes go on, but what they reported is
    missing in Odoo until somebody corrects it or sets it aside.
    """

    _name = "mfg.dead.letter"
    _inherit = "mfg.integration.log"
    _description = "Dead Letter"
    _auto = False
    _order = "failed_at desc, id desc"

    _log_columns = (*MfgIntegrationLog._log_columns, "owner_id", "failed_at", "cause")
    _log_condition = "WHERE cause IS NOT NULL"

    owner_id = fields.Many2one("res.users", "Responsible", readonly=True)
    failed_at = fields.Datetime("Since", readonly=True)
    cause = fields.Char(readonly=True)

    @api.depends("failed_at")
    def _compute_age_s(self):
        """Age of the failure, not of the row."""
        now = fields.Datetime.now()
        for letter in self:
            letter.age_s = (now - letter.failed_at).total_seconds()

    def action_assign_to_me(self):
        """Take care of the letters oneself."""
        for direction in ("in", "out"):
            self._records(direction).action_assign_to_me()

    def action_retry(self):
        """Handle or deliver the letters again."""
        for direction in ("in", "out"):
            self._records(direction).action_retry()

    def action_set_aside(self):
        """Give the letters up; what is behind them in their lanes goes on."""
        self._records("in").action_reject()
        self._records("out").action_cancel()
