import json
import uuid as uuid_module
from datetime import datetime, timezone

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import clean_context

from ..protocols import cloudevents, rfc3339, trace_context
from .mfg_lane import FINAL_STATES
from .mfg_masked_mixin import NOBODY

STATES = [
    ("pending", "Pending"),
    ("delivering", "Delivering"),
    ("delivered", "Delivered"),
    ("acknowledged", "Acknowledged"),
    ("retry", "To be retried"),
    ("held", "Held"),
    ("dead", "Dead letter"),
    ("superseded", "Superseded"),
    ("expired", "Expired"),
    ("cancelled", "Cancelled"),
]


class MfgOutboxMessage(models.Model):
    """One message owed to one connector, written in the transaction that caused it."""

    _name = "mfg.outbox.message"
    _description = "Outbox Message"
    _inherit = ["mfg.queued.mixin"]
    _order = "id desc"
    _rec_name = "uuid"

    # Found by the index that keeps it unique; one more costs each change of state.
    uuid = fields.Char(index=False)
    subscription_id = fields.Many2one(
        "mfg.subscription", readonly=True, ondelete="set null"
    )
    operation = fields.Char(readonly=True)
    snapshot = fields.Json(
        readonly=True,
        groups=NOBODY,
        help="The canonical CloudEvent as it was when it was owed.",
    )
    snapshot_shown = fields.Json(
        "Payload",
        compute="_compute_snapshot_shown",
        help="Masked where rules ask for it.",
    )
    state = fields.Selection(
        STATES, required=True, default="pending", copy=False, readonly=True
    )
    delivered_at = fields.Datetime(readonly=True)
    expires_at = fields.Datetime(readonly=True)
    partner_reference = fields.Char(
        readonly=True, help="What the partner calls what it made of the message."
    )
    partner_version = fields.Integer(
        readonly=True,
        help="The partner's count of the changes of the thing, this one included, where"
        " its answer tells.",
    )
    # sudo: delivering needs it, whoever may see bindings.
    document_reference = fields.Char(
        compute="_compute_document_reference",
        compute_sudo=True,
        help="What the partner calls the document.",
    )
    attempt_ids = fields.One2many("mfg.delivery.attempt", "message_id")
    breaker_state = fields.Selection(related="connector_id.breaker_state")
    breaker_until = fields.Datetime(related="connector_id.breaker_until")

    _sql_constraints = [
        ("uuid_unique", "unique (uuid)", "This message exists already."),
    ]

    def init(self):
        self._prepare_queue(
            FINAL_STATES["out"],
            ("pending", "delivering", "retry", "delivered", "acknowledged"),
        )
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS mfg_outbox_message_delivered_index
                ON mfg_outbox_message (connector_id, delivered_at)
             WHERE delivered_at IS NOT NULL;
            CREATE INDEX IF NOT EXISTS mfg_outbox_message_waiting_index
                ON mfg_outbox_message (connector_id, waiting_model, waiting_key)
             WHERE state = 'held' AND waiting_key IS NOT NULL
            """
        )

    @api.depends("event_type", "document_name", "uuid")
    def _compute_display_name(self):
        for message in self:
            about = message.document_name or message.uuid
            message.display_name = f"{message.event_type}: {about}"

    @api.depends("snapshot", "event_type")
    def _compute_snapshot_shown(self):
        for message, whole in self._with_whole():
            snapshot = whole.snapshot
            message.snapshot_shown = snapshot and message._mask().document(snapshot)

    def _whole_bodies(self):
        bodies = super()._whole_bodies()
        if snapshot := self._whole().snapshot:
            pretty = json.dumps(snapshot, indent=2, ensure_ascii=False)
            bodies.append((_("Payload"), pretty))
        return bodies

    def _compute_document_reference(self):
        """For all at once: who delivers asks for many."""
        known = self.env["mfg.binding"]._references_of(self)
        for message in self:
            about = (message.connector_id.id, message.res_model, message.res_id)
            message.document_reference = known.get(about, False)

    # ---------------------------------------------------------------- emission

    @api.model
    def _emit(self, event_type, document, data, *, subject=None):
        """Owe an event about ``document`` to everybody who subscribed to it.

        :param data: dict, or a callable that returns it, so that an event nobody
            wants costs none
        :param subject: CloudEvents subject; the document's name by default
        :return: the messages, empty when nobody wants the event

        The connector that the present work came from (``mfg_connector_id`` in the
        context) gets nothing back: that would be an echo.
        """
        subscriptions = self.env["mfg.connector"]._subscriptions_to(event_type)
        origin = self.env.context.get("mfg_connector_id")
        wanted = subscriptions.filtered(
            lambda sub: sub.connector_id.id != origin and sub._matches(document)
        )
        if not wanted:
            return self.browse()
        data = data() if callable(data) else data
        # Without the defaults of the form in which the change was made: they are for
        # other records.
        env = self.env(su=True, context=clean_context(self.env.context))
        messages = self.with_env(env).create(
            [
                self._prepare_message(sub, event_type, document, data, subject)
                for sub in wanted
            ]
        )
        now = messages.filtered(lambda message: not message.next_attempt_at)
        now.connector_id._wake()
        for message in messages - now:
            message.connector_id._wake_at(message.next_attempt_at)
        return messages

    @api.model
    def _prepare_message(self, subscription, event_type, document, data, subject):
        """Values of the message that one subscription asks for."""
        uuid = str(uuid_module.uuid4())
        context = self.env.context
        correlation = (
            context.get("mfg_correlation_id")
            or (
                "mfg_correlation_id" in document._fields and document.mfg_correlation_id
            )
            or uuid
        )
        traceparent = self._next_traceparent(uuid, correlation)
        extensions = {"correlationid": correlation, "traceparent": traceparent}
        if context.get("mfg_causation_id"):
            extensions["causationid"] = context["mfg_causation_id"]
        # Not the start of the transaction: what led to it comes before.
        now = datetime.now(timezone.utc)
        expires_at = subscription._expires_at(now)
        if expires_at:
            extensions["expirytime"] = rfc3339.write(expires_at)
        connector = subscription.connector_id
        return {
            "uuid": uuid,
            "connector_id": connector.id,
            "company_id": connector.company_id.id,
            "plant_id": (
                connector.plant_id or self.env["mfg.plant"]._plant_of(document)
            ).id,
            "subscription_id": subscription.id,
            "event_type": event_type,
            "operation": subscription.operation,
            "ordering_key": subscription._ordering_key(document),
            "snapshot": cloudevents.build(
                event_type=event_type,
                source=f"/odoo/{self.env.cr.dbname}",
                subject=subject or document.display_name,
                data=data,
                event_id=uuid,
                time=now,
                extensions=extensions,
            ),
            "expires_at": expires_at and expires_at.replace(tzinfo=None),
            "next_attempt_at": subscription._release_at(
                connector.plant_id, connector.company_id
            ),
            "res_model": document._name,
            "res_id": document.id,
            "correlation_id": correlation,
            "causation_id": context.get("mfg_causation_id"),
            "traceparent": traceparent,
        }

    @api.model
    def _next_traceparent(self, uuid, correlation):
        """The place of a new message in the trace of what led to it."""
        cause = trace_context.parse(self.env.context.get("mfg_traceparent"))
        if cause is None and correlation != uuid:
            cause = self.env["mfg.inbox.event"]._trace_of_chain(correlation)
        return str((cause or trace_context.of_chain(correlation)).child())

    def _envelope(self):
        """The CloudEvent to send, with its position in the lane."""
        self.ensure_one()
        # sudo: users read what masking rules leave; the partner gets all of it.
        snapshot = self.sudo().snapshot
        return {**snapshot, "sequence": f"{self.lane_sequence:020d}"}

    # -------------------------------------------------------------- references

    @api.model
    def _resume_waiting(self, cr, references):
        """Let the messages go on whose words these references say.

        :param references: ``(connector id, model, key)``
        """
        cr.execute(
            """
            WITH resumed AS (
                UPDATE mfg_outbox_message
                   SET state = 'retry', next_attempt_at = NULL,
                       attempts_before = attempt_count,
                       reason_code = NULL, reason = NULL,
                       waiting_model = NULL, waiting_key = NULL
                 WHERE state = 'held'
                   AND (connector_id, waiting_model, waiting_key) IN %s
                RETURNING lane_id)
            UPDATE mfg_lane SET parked = FALSE, parked_reason = NULL, next_at = NULL
             WHERE id IN (SELECT lane_id FROM resumed)
            """,
            (tuple(references),),
        )

    # ----------------------------------------------------------------- buttons

    def action_retry(self):
        """Send the messages again, as a person asks for it; their ids stay."""
        self.check_access_for_operator()
        for message in self:
            if message.state not in ("dead", "held", "retry"):
                raise UserError(
                    _(
                        "A message that is %(state)s is not sent again.",
                        state=message.state,
                    )
                )
        self._queue_again()
        return self._notice_of_retry()

    def action_cancel(self):
        """Give the messages up; their lanes go on without them."""
        self.check_access_for_operator()
        for message in self:
            cancelled = message._set_state(
                "cancelled",
                allowed=("pending", "retry", "held", "dead"),
                reason_code="cancelled_by_user",
                reason=_("Cancelled by %(user)s.", user=self.env.user.name),
            )
            if not cancelled:
                raise UserError(
                    _(
                        "A message that is %(state)s can't be cancelled.",
                        state=message.state,
                    )
                )
        self.lane_id._unpark()
        self.connector_id._wake()
