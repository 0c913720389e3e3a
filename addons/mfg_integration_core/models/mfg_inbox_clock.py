from datetime import timezone

from odoo import _, api, fields, models

from ..protocols import clock


class MfgInboxClock(models.Model):
    """The times of an event: when it happened, came and was posted, and by what clock.

    The clock of a sender is judged when the event comes in. What is off by more than
    the connector's limit is flagged; freshness never believes a moment later than the
    one at which the event came, see :meth:`_believed`.
    """

    _inherit = "mfg.inbox.event"

    posted_at = fields.Datetime(
        "Posted",
        readonly=True,
        help="When it was written to its document; empty for what changed nothing.",
    )
    clock_skew_s = fields.Float(
        "Clock off by (s)",
        # Whole seconds; a clock in the next century is off by more than an integer.
        digits=(16, 0),
        readonly=True,
        group_operator=None,
        help="Seconds that the sender's clock was ahead, negative when it was behind;"
        " kept only where it is more than the limit of the connector.",
    )
    clock_told = fields.Char("Sender's Clock", compute="_compute_clock_told")
    shift = fields.Char(
        compute="_compute_shift",
        help="Shift in which it happened, by the clock of the plant and the working"
        " schedule of the work center.",
    )

    def init(self):
        """Extended: what the sweeper asks once a minute, and the connector's form."""
        super().init()
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS mfg_inbox_event_clock_index
                ON mfg_inbox_event (connector_id, received_at)
             WHERE clock_skew_s <> 0
            """
        )

    @api.depends("clock_skew_s")
    def _compute_clock_told(self):
        for event in self:
            event.clock_told = self._skew_told(event.clock_skew_s)

    @api.depends("event_time", "received_at", "res_model", "res_id")
    @api.depends_context("lang")
    def _compute_shift(self):
        shifts = self.env["mfg.shift"]
        for event in self:
            event.shift = shifts._told(event, event.said_at)

    @api.model
    def _skew_told(self, skew_s):
        """``2 h 3 min ahead``; nothing for a clock that is right."""
        if not skew_s:
            return ""
        if skew_s > 0:
            return _("%(span)s ahead", span=_span(int(skew_s)))
        return _("%(span)s behind", span=_span(int(-skew_s)))

    # --------------------------------------------------------------- the door

    @api.model
    def _flag_clock(self, connector, rows, received, sent):
        """Fill in the skew of the rows of one request, before they are stored.

        :param received: naive UTC
        :param sent: see :meth:`_accept`
        """
        for row in rows:
            skew = clock.skew_s(row["event_time"], received, sent)
            # The limit is asked for only where it decides.
            limit_s = connector._limit("clock_limit_s") if skew else 0
            row["clock_skew_s"] = clock.flagged(skew, limit_s)

    def _prepare_event_time(self, moment):
        """Values of what a vendor's own webhook says about when it happened.

        :param moment: with a time zone
        """
        happened = moment.astimezone(timezone.utc).replace(tzinfo=None)
        skew = clock.skew_s(happened, self.received_at)
        limit_s = self.connector_id._limit("clock_limit_s")
        return {
            "event_time": happened,
            # The signature of the request may have told it before.
            "clock_skew_s": clock.flagged(skew, limit_s) or self.clock_skew_s,
        }

    # ---------------------------------------------------------------- posting

    def _prepare_posted(self):
        """Values of an event that has just been written to its document."""
        if self.state == "ignored":
            return {}
        return {"posted_at": fields.Datetime.now()}


def _span(seconds: int) -> str:
    """The two largest units: ``45 s``, ``3 min 5 s``, ``2 h 10 min``, ``400 d 3 h``."""
    parts = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, seconds = divmod(seconds, size)
        if count or parts:
            parts.append((count, unit))
    return " ".join(f"{count} {unit}" for count, unit in parts[:2] if count)
