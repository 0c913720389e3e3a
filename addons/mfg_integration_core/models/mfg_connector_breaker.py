from odoo import SUPERUSER_ID, _, api, fields, models
from odoo.exceptions import ValidationError

from ..protocols import breaker as rules
from ..unit_of_work import after_commit, run_in_transaction
from .mfg_breaker import STATES

#: What tells one endpoint from another, and whether we may reach it.
ENDPOINT = frozenset({"base_url", "allowed_networks"})


class MfgConnectorBreaker(models.Model):
    """When a connector stops trying an endpoint that is down, and what it says."""

    _inherit = "mfg.connector"

    breaker_enabled = fields.Boolean(
        "Pause When Down",
        default=True,
        help="Send nothing for a while when too many deliveries failed. Messages wait"
        " in their order and lose no attempts meanwhile.",
    )
    breaker_failure_percent = fields.Integer(
        "Pause at Failures of (%)",
        default=50,
        help="Share of the last 20 deliveries that failed for now.",
    )
    breaker_least_outcomes = fields.Integer(
        "After Deliveries", default=5, help="Fewer than these prove nothing."
    )
    breaker_pause_s = fields.Float("First Pause (s)", default=30.0)
    breaker_longest_pause_s = fields.Float("Longest Pause (s)", default=300.0)
    breaker_state = fields.Selection(
        STATES, "Circuit Breaker", compute="_compute_breaker"
    )
    breaker_until = fields.Datetime("Next Probe", compute="_compute_breaker")
    breaker_reason = fields.Text(compute="_compute_breaker")

    @api.constrains(
        "breaker_failure_percent",
        "breaker_least_outcomes",
        "breaker_pause_s",
        "breaker_longest_pause_s",
    )
    def _check_breaker(self):
        for connector in self:
            try:
                connector._breaker_policy()
            except ValueError as error:
                raise ValidationError(
                    _("These limits can't be used: %(error)s", error=error)
                ) from error

    def write(self, values):
        """What is known of an endpoint says nothing about another one."""
        result = super().write(values)
        if ENDPOINT & set(values):
            registry, ids = self.env.registry, self.ids
            after_commit(self.env.cr, lambda: _forget_endpoints(registry, ids))
        return result

    def _compute_breaker(self):
        enabled = self.filtered("breaker_enabled")
        breakers = self.env["mfg.breaker"].search([("connector_id", "in", enabled.ids)])
        by_connector = {breaker.connector_id: breaker for breaker in breakers}
        for connector in self:
            breaker = by_connector.get(connector, self.env["mfg.breaker"])
            connector.breaker_state = breaker.state or rules.CLOSED
            connector.breaker_until = breaker.until
            connector.breaker_reason = breaker.reason

    def _breaker_policy(self):
        """:raise ValueError: when the numbers make no breaker"""
        self.ensure_one()
        return rules.BreakerPolicy(
            failure_share=self.breaker_failure_percent / 100,
            least_outcomes=self.breaker_least_outcomes,
            pause_s=self.breaker_pause_s,
            longest_pause_s=self.breaker_longest_pause_s,
        )

    def action_close_breaker(self):
        """Try the partner again at once instead of waiting for the next probe."""
        self.env.user._mfg_check_role("operator")
        for connector in self:
            self.env["mfg.breaker"]._reset(connector)
        self._wake_now()


def _forget_endpoints(registry, connector_ids):
    """Close the breakers of connectors and send at once, after the commit."""

    def forget(env):
        connectors = env["mfg.connector"].browse(connector_ids)
        for connector in connectors:
            env["mfg.breaker"]._reset(connector)
        connectors._wake()

    run_in_transaction(registry, forget, uid=SUPERUSER_ID)
