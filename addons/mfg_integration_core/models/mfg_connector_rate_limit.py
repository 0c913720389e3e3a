from odoo import fields, models

from ..exceptions import RateLimitError
from ..protocols.rate_limit import Quota
from ..unit_of_work import read_committed


class MfgConnectorRateLimit(models.Model):
    """How many events a partner may send."""

    _inherit = "mfg.connector"

    events_per_minute = fields.Integer(
        help="More are refused until a minute's share is filled again; 0 = no limit.",
    )

    _sql_constraints = [
        (
            "events_per_minute_positive",
            "CHECK (events_per_minute >= 0)",
            "A number of events is not negative; 0 means no limit.",
        ),
    ]

    def _take_quota(self, events) -> Quota | None:
        """Take events of one request out of the quota; None when there is no limit.

        Without a limit the database is not asked.
        """
        self.ensure_one()
        if not self.events_per_minute:
            return None
        with read_committed(self.env.registry) as cr:
            return self.env["mfg.rate.bucket"]._take(
                cr, self.id, self.events_per_minute, max(1, events)
            )

    def _refuse_over(self, quota):
        """The refusal of a request that came too early."""
        return RateLimitError(
            f"This connector may send {self.events_per_minute} events a minute, and"
            f" they are used up. Send it again in {quota.retry_after_s} seconds.",
            retry_after_s=quota.retry_after_s,
        )
