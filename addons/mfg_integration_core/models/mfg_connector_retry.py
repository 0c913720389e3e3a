from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..exceptions import PermanentDeliveryError
from ..protocols.retry_policy import RetryPolicy, delay_before, least_span_s


class MfgConnectorRetry(models.Model):
    """When an attempt that failed is made again."""

    _inherit = "mfg.connector"

    retry_base_s = fields.Float("First Retry after (s)", default=5.0)
    retry_cap_s = fields.Float("Longest Wait (s)", default=14400.0)
    retry_factor = fields.Float(
        "Each Wait Longer by", default=2.0, help="2 doubles the wait each time."
    )
    retry_jitter_percent = fields.Integer(
        "Random Share (%)",
        default=20,
        help="Waits are up to this much longer, so that a partner that comes back is"
        " not met by everything at once.",
    )
    retry_max_attempts = fields.Integer("Attempts", default=20)
    retry_span_h = fields.Float(
        "Outage Survived (h)",
        compute="_compute_retry_span",
        help="A partner may be down this long before a message becomes a dead letter.",
    )

    @api.constrains(
        "retry_base_s",
        "retry_cap_s",
        "retry_factor",
        "retry_jitter_percent",
        "retry_max_attempts",
    )
    def _check_retry_plan(self):
        for connector in self:
            try:
                connector._retry_policy()
            except ValueError as error:
                raise ValidationError(
                    _("This is no retry plan: %(error)s", error=error)
                ) from error

    @api.depends("retry_base_s", "retry_cap_s", "retry_factor", "retry_max_attempts")
    def _compute_retry_span(self):
        for connector in self:
            try:
                span_s = least_span_s(connector._retry_policy())
            except ValueError:  # half typed in; saving it says what is wrong
                span_s = 0.0
            connector.retry_span_h = span_s / 3600

    def _retry_policy(self):
        """:raise ValueError: when the numbers make no plan"""
        self.ensure_one()
        return RetryPolicy(
            base_s=self.retry_base_s,
            factor=self.retry_factor,
            cap_s=self.retry_cap_s,
            jitter=self.retry_jitter_percent / 100,
            max_attempts=self.retry_max_attempts,
        )

    def _retry_at(self, attempt, retry_after=None):
        """When an attempt may begin: naive UTC, or None when there is no such attempt.

        :param attempt: 2 for the first retry
        :param retry_after: seconds that the partner asked for
        """
        self.ensure_one()
        try:
            seconds = delay_before(attempt, self._retry_policy(), retry_after)
        except PermanentDeliveryError:
            return None
        return fields.Datetime.now() + timedelta(seconds=seconds)
