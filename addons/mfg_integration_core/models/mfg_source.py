from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import UserError

#: Without a success for so many intervals, a source is in trouble.
STALE_INTERVALS = 3
#: A source of a very short interval is not stale before this.
STALE_LEAST_S = 60
HEALTH = [
    ("off", "Not live"),
    ("paused", "Paused"),
    ("waiting", "Not polled yet"),
    ("reading", "Reading"),
    ("failing", "Failing"),
    ("stale", "Stale"),
    ("ok", "Up to date"),
]
STARTS = [
    ("all", "Everything"),
    ("date", "A date"),
    ("now", "Now"),
]


class MfgSource(models.Model):
    """One list of a partner that is asked for again and again.

    What it is lies in the connector's template; here is how far it was read. The rows
    are written by the worker that holds the lease, see ``mfg.source.worker``.
    """

    _name = "mfg.source"
    _description = "Polled Source"
    _order = "connector_id, name"

    name = fields.Char("Technical Name", required=True, readonly=True)
    label = fields.Char("List", required=True, readonly=True)
    template = fields.Char(required=True, readonly=True)
    connector_id = fields.Many2one(
        "mfg.connector", required=True, readonly=True, ondelete="cascade", index=True
    )
    active = fields.Boolean(
        default=True, help="Off when the template has no such list any more."
    )
    paused = fields.Boolean(readonly=True, help="Is not polled until it is resumed.")
    every_s = fields.Integer(
        "Interval (s)",
        required=True,
        help="Seconds from the end of a poll to the next.",
    )
    full = fields.Boolean(
        "Compares in Full",
        readonly=True,
        help="Every poll reads the whole list; what is missing has been deleted.",
    )
    start = fields.Selection(STARTS, required=True, default="all", readonly=True)
    fresh = fields.Boolean(
        default=True, readonly=True, help="The start is still to be applied."
    )
    since = fields.Datetime(
        "Takes Changes since", readonly=True, help="What changed before is not taken."
    )
    baseline = fields.Boolean(
        readonly=True, help="The first pass only notes how everything is."
    )
    watermark = fields.Datetime(
        "Read up to",
        readonly=True,
        help="All changes up to this moment of the partner have been read.",
    )
    next_at = fields.Datetime("Next Poll", readonly=True)
    polled_at = fields.Datetime("Last Poll", readonly=True)
    succeeded_at = fields.Datetime("Last Success", readonly=True)
    failures = fields.Integer("Failed in a Row", readonly=True)
    error = fields.Text("What Went Wrong", readonly=True)
    note = fields.Text(readonly=True)
    read_count = fields.Integer("Items Read", readonly=True)
    event_count = fields.Integer("Changes Taken", readonly=True)
    gone_allowed = fields.Boolean(
        readonly=True, help="The next poll may find any number of items deleted."
    )
    gone_refused = fields.Integer("Missing, Not Accepted", readonly=True)
    pass_number = fields.Integer(readonly=True)
    position = fields.Json(
        readonly=True, groups="mfg_integration_core.group_administrator"
    )
    lease_token = fields.Char(groups="mfg_integration_core.group_administrator")
    lease_until = fields.Datetime()
    health = fields.Selection(HEALTH, compute="_compute_health")
    progress = fields.Char(compute="_compute_progress")
    item_ids = fields.One2many("mfg.source.item", "source_id", readonly=True)

    _sql_constraints = [
        (
            "name_unique",
            "unique (connector_id, name)",
            "This connector has this source already.",
        ),
        (
            "every_positive",
            "CHECK (every_s > 0)",
            "The interval is at least one second.",
        ),
    ]

    # ---------------------------------------------------------------- computes

    @api.depends("label", "connector_id")
    def _compute_display_name(self):
        for source in self:
            source.display_name = f"{source.connector_id.name}: {source.label}"

    @api.depends("paused", "error", "succeeded_at", "polled_at", "connector_id.state")
    def _compute_health(self):
        for source in self:
            source.health = source._health()

    def _health(self):
        if self.connector_id.state != "live" or not self.connector_id.armed:
            return "off"
        if self.paused:
            return "paused"
        if self._is_stale():
            return "stale"
        if self.error:
            return "failing"
        if self.sudo().position:
            return "reading"
        return "ok" if self.succeeded_at else "waiting"

    def _is_stale(self):
        """Whether the source ought to have been read again long ago."""
        patience = max(STALE_LEAST_S, STALE_INTERVALS * self.every_s)
        begun = self.succeeded_at or self.create_date or fields.Datetime.now()
        return fields.Datetime.now() - begun > timedelta(seconds=patience)

    @api.depends("watermark", "pass_number")
    def _compute_progress(self):
        for source in self:
            position = source.sudo().position
            source.progress = position and _(
                "%(items)s items on %(pages)s pages so far",
                items=position["items"],
                pages=position["pages"],
            )

    # --------------------------------------------------------------- overrides

    def write(self, values):
        """A changed interval counts from now."""
        result = super().write(values)
        if "every_s" in values:
            self.sudo()._poll_soon()
        return result

    # ----------------------------------------------------------------- buttons

    def action_poll_now(self):
        """Ask the partner at once instead of at the next interval."""
        self.env.user._mfg_check_role("operator")
        for source in self:
            if source.connector_id.state != "live":
                raise UserError(
                    _(
                        "%(connector)s is not live, so its lists are not read. Press"
                        " Go live or Resume on the connector first.",
                        connector=source.connector_id.name,
                    )
                )
            if source.paused:
                raise UserError(
                    _("%(name)s is paused. Resume it first.", name=source.label)
                )
        self.sudo()._poll_soon()

    def action_pause(self):
        """Do not ask any more; what changes meanwhile is read after the pause."""
        self.env.user._mfg_check_role("operator")
        self.sudo().paused = True

    def action_resume(self):
        """Go on where the pause began."""
        self.env.user._mfg_check_role("operator")
        self.sudo().paused = False
        self.sudo()._poll_soon()

    def action_accept_gone(self):
        """Believe the list: what it does not hold any more has been deleted."""
        self.env.user._mfg_check_role("operator")
        self.sudo().gone_allowed = True
        self.sudo()._poll_soon()

    def action_start_over(self):
        """Choose from when on the list is read again."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Start over from …"),
            "res_model": "mfg.source.restart",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_source_id": self.id},
        }

    def action_view_events(self):
        """The inbox of the connector, where the changes lie."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Changes of %(name)s", name=self.label),
            "res_model": "mfg.inbox.event",
            "views": [(False, "list"), (False, "form")],
            "domain": [
                ("connector_id", "=", self.connector_id.id),
                ("event_id", "=like", "poll-%"),
            ],
        }

    # ---------------------------------------------------------------- business

    def _poll_soon(self):
        """Have the sources polled once this transaction commits."""
        self.write({"next_at": fields.Datetime.now()})
        self.connector_id._wake()

    def _start_over(self, start, since=None):
        """Forget how far the list was read; a poll under way is dropped."""
        self.write(
            {
                "start": start,
                "fresh": True,
                "since": since,
                "baseline": False,
                "watermark": False,
                "position": False,
                "error": False,
                "note": False,
                "failures": 0,
                "lease_token": False,
                "lease_until": False,
            }
        )
        # In the order in which a worker takes its locks: first the source.
        self.flush_recordset()
        for source in self:
            self.env["mfg.source.item"]._forget_untaken(self.env.cr, source.id)
        self._poll_soon()
