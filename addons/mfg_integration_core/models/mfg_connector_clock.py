from datetime import timedelta

from odoo import _, api, fields, models

#: Lately, for who looks at a connector.
LATELY = timedelta(days=1)
#: A clock counts as right again when nothing was flagged for so long.
QUIET = timedelta(minutes=15)


class MfgConnectorClock(models.Model):
    """How far the clocks of a partner are off, and who is told of it."""

    _inherit = "mfg.connector"

    clock_off_since = fields.Datetime(
        "Clock off Since", readonly=True, copy=False, help="Empty while it is right."
    )
    clock_told = fields.Char("Clock", compute="_compute_clock_told")

    @api.depends("clock_off_since")
    def _compute_clock_told(self):
        """The worst of the last day, with how many events it was about."""
        found = {found[0]: found[1:] for found in self._worst_skews(LATELY)}
        for connector in self:
            worst, count = found.get(connector._origin.id, (0, 0))
            connector.clock_told = count and self._clock_told(worst, count) or ""

    def _clock_told(self, worst, count):
        return _(
            "up to %(skew)s; flagged in the last 24 hours: %(count)s",
            skew=self.env["mfg.inbox.event"]._skew_told(worst),
            count=count,
        )

    def action_view_wrong_clocks(self):
        """The events that were flagged lately."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Clock of %(name)s", name=self.name),
            "res_model": "mfg.inbox.event",
            "view_mode": "list,form",
            "domain": [("connector_id", "=", self.id)],
            "context": {"search_default_wrong_clock": 1},
        }

    def _worst_skews(self, span):
        """``[(connector id, seconds, events)]`` of those with any in the last time."""
        if not self.ids:
            return []
        self.env["mfg.inbox.event"].flush_model(["clock_skew_s", "received_at"])
        self.env.cr.execute(
            """
            SELECT connector_id,
                   (array_agg(clock_skew_s ORDER BY abs(clock_skew_s) DESC))[1],
                   count(*)
              FROM mfg_inbox_event
             WHERE clock_skew_s <> 0
               AND connector_id = ANY(%s) AND received_at > %s
             GROUP BY connector_id
            """,
            (self.ids, fields.Datetime.now() - span),
        )
        return self.env.cr.fetchall()

    # ---------------------------------------------------------------- watching

    @api.model
    def _watch_clocks(self):
        """Note whose clock is off, once, and whose is right again."""
        connectors = self.search([("state", "in", ("live", "paused"))])
        wrong = {
            self.browse(connector_id): worst
            for connector_id, worst, _count in connectors._worst_skews(QUIET)
        }
        for connector, worst in wrong.items():
            if not connector.clock_off_since:
                connector.clock_off_since = fields.Datetime.now()
                connector._note_clock(worst)
        for connector in connectors.filtered("clock_off_since"):
            if connector not in wrong and connector._tells_the_time():
                connector.clock_off_since = False
                connector._note_clock(0)

    def _note_clock(self, worst):
        """Write the note of a clock that is off, or of one that is right again."""
        notes = self.env["mfg.hub.note"]
        if not worst:
            notes._note("recovered", _("The sender's clock is right again."), self)
            return
        notes._note(
            "trouble",
            _(
                "The sender's clock is %(skew)s, more than the %(limit)s s it may be"
                " off. What comes from the future counts as of when it came.",
                skew=self.env["mfg.inbox.event"]._skew_told(worst),
                limit=self._limit("clock_limit_s"),
            ),
            self,
        )

    def _tells_the_time(self):
        """Whether anything with a right time came lately; silence proves nothing."""
        came = [
            ("connector_id", "=", self.id),
            ("create_date", ">", fields.Datetime.now() - QUIET),
            ("event_time", "!=", False),
            # Nothing was stored by a door, 0 by a mapping.
            "|",
            ("clock_skew_s", "=", False),
            ("clock_skew_s", "=", 0),
        ]
        return bool(self.env["mfg.inbox.event"].search(came, limit=1))
