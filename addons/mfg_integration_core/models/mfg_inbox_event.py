import json

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..protocols import clock, trace_context
from .mfg_lane import FINAL_STATES
from .mfg_masked_mixin import NOBODY, readable

STATES = [
    ("received", "Received"),
    ("processing", "Processing"),
    ("processed", "Processed"),
    ("retry", "To be retried"),
    ("waiting", "Waiting for a reference"),
    ("rejected", "Rejected"),
    ("dead", "Dead letter"),
    ("ignored", "Ignored"),
]


class MfgInboxEvent(models.Model):
    """One event that came in, stored before anything is done about it."""

    _name = "mfg.inbox.event"
    _description = "Inbox Event"
    _inherit = ["mfg.queued.mixin"]
    _order = "id desc"
    _rec_name = "event_id"

    # Found by the index that keeps its event ids unique.
    connector_id = fields.Many2one(index=False)
    event_id = fields.Char("Event ID", required=True, readonly=True)
    source = fields.Char(readonly=True)
    subject = fields.Char(readonly=True)
    event_time = fields.Datetime(
        readonly=True, help="When it happened, says the sender."
    )
    received_at = fields.Datetime(required=True, readonly=True)
    processed_at = fields.Datetime(readonly=True)
    content_type = fields.Char(readonly=True)
    headers = fields.Json(readonly=True, help="Headers that the mapping may need.")
    body = fields.Binary("Stored Body", attachment=False, readonly=True, groups=NOBODY)
    body_shown = fields.Binary(
        "Body", compute="_compute_body_shown", help="Masked where rules ask for it."
    )
    body_text = fields.Text(compute="_compute_body_text")
    digest = fields.Char(readonly=True, help="SHA-256 that tells two bodies apart.")
    payload = fields.Json(
        "Stored Payload",
        readonly=True,
        groups=NOBODY,
        help="The canonical CloudEvent.",
    )
    payload_shown = fields.Json(
        "Payload",
        compute="_compute_payload_shown",
        help="Masked where rules ask for it.",
    )
    native = fields.Boolean(readonly=True, help="Came as the vendor's own webhook.")
    historical = fields.Boolean(readonly=True)
    state = fields.Selection(
        STATES, required=True, default="received", copy=False, readonly=True
    )
    attempt_ids = fields.One2many("mfg.delivery.attempt", "event_id")

    _sql_constraints = [
        (
            "event_id_unique",
            "unique (connector_id, event_id)",
            "This event has been received already.",
        ),
    ]

    def init(self):
        self._prepare_queue(
            FINAL_STATES["in"], ("received", "processing", "retry", "processed")
        )
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS mfg_inbox_event_waiting_index
                ON mfg_inbox_event (connector_id, waiting_model, waiting_key)
             WHERE state = 'waiting';
            CREATE INDEX IF NOT EXISTS mfg_inbox_event_awaited_index
                ON mfg_inbox_event (waiting_model, waiting_key)
             WHERE state = 'waiting'
            """
        )

    @api.depends("event_type", "document_name", "subject", "event_id")
    def _compute_display_name(self):
        for event in self:
            about = event.document_name or event.subject or event.event_id
            parts = (event.event_type, about)
            event.display_name = ": ".join(part for part in parts if part)

    @api.depends("payload", "event_type")
    def _compute_payload_shown(self):
        for event, whole in self._with_whole():
            payload = whole.payload
            event.payload_shown = payload and event._mask().document(payload)

    @api.depends("body", "event_type")
    def _compute_body_shown(self):
        for event, whole in self._with_whole():
            event.body_shown = event._shown_body(whole.body)

    @api.depends("body", "event_type")
    def _compute_body_text(self):
        for event, whole in self._with_whole():
            event.body_text = event._mask().text(readable(whole.body))

    def _whole_bodies(self):
        bodies = super()._whole_bodies()
        event = self._whole()
        if event.payload:
            pretty = json.dumps(event.payload, indent=2, ensure_ascii=False)
            bodies.append((_("Payload"), pretty))
        if event.body:
            bodies.append((_("As received"), readable(event.body)))
        return bodies

    @property
    def data(self):
        """Data of the event, as its contract says; under sudo only."""
        return self.payload["data"]

    @property
    def happened_at(self):
        """When it happened by the sender's clock, else when it came: naive UTC."""
        return self.event_time or self.received_at

    @property
    def said_at(self):
        """As of when the event speaks: when it happened, never later than it came.

        A sender whose clock runs ahead would otherwise not be believed until then.
        """
        return self._believed(self.happened_at)

    def _believed(self, moment):
        """A moment that the event tells, as far as the sender's clock is believed."""
        return clock.believed(moment, self.received_at)

    # ---------------------------------------------------------------- progress

    def _progress(self):
        """How far the event came, in words for its sender."""
        self.ensure_one()
        document = self._document()
        progress = {
            "uuid": self.uuid,
            "id": self.event_id,
            "type": self.event_type,
            "state": self.state,
            "received_at": f"{self.received_at.isoformat()}Z",
            "processed_at": (
                f"{self.processed_at.isoformat()}Z" if self.processed_at else None
            ),
        }
        for name in ("event_time", "posted_at"):
            if self[name]:
                progress[name] = f"{self[name].isoformat()}Z"
        if self.reason:
            progress["reason"] = self.reason
        if document:
            progress["document"] = {
                "model": document._name,
                "id": document.id,
                "name": document.display_name,
            }
        return progress

    # ------------------------------------------------------------------- chain

    @api.model
    def _trace_of_chain(self, correlation_id):
        """The trace that a chain of events belongs to.

        That of the first event that brought one, else one of the chain's own.
        """
        began_with = self.sudo().search(
            [("correlation_id", "=", correlation_id), ("traceparent", "!=", False)],
            order="id",
            limit=1,
        )
        found = trace_context.parse(began_with.traceparent)
        return found or trace_context.of_chain(correlation_id)

    def _set_correlation(self, correlation_id):
        """Move the event to the chain that it turned out to belong to."""
        self.ensure_one()
        if correlation_id and correlation_id != self.correlation_id:
            self.sudo().correlation_id = correlation_id

    # ----------------------------------------------------------------- buttons

    def action_retry(self):
        """Handle the events again, as a person asks for it."""
        wrong = self.filtered(
            lambda event: event.state not in ("dead", "rejected", "waiting", "retry")
        )
        if wrong:
            raise UserError(
                _("%(event)s is not in a state to be retried.", event=wrong[0].event_id)
            )
        self.check_access_for_operator()
        self._queue_again()
        return self._notice_of_retry()

    def action_reject(self):
        """Give the events up; their lanes go on without them."""
        self.check_access_for_operator()
        for event in self:
            event._set_state(
                "rejected",
                allowed=("received", "retry", "waiting", "dead", "rejected"),
                reason_code="rejected_by_user",
                reason=_("Rejected by %(user)s.", user=self.env.user.name),
            )
        self.lane_id._unpark()
        self.connector_id._wake()
