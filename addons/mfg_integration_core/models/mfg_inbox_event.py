import base64
import hashlib
import json
import uuid as uuid_module
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from psycopg2.extras import Json

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, ormcache

from ..exceptions import IdConflictError
from ..protocols import cloudevents, rfc3339, trace_context
from .mfg_lane import FINAL_STATES

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

#: How several rows become the CTE ``stored``, and a single one, which needs no order.
_STORED = {
    True: """
        numbered AS (
            SELECT nextval('mfg_log_id_seq') AS id, arrival.*
              FROM (VALUES ({rows})) AS arrival ({own})
            OFFSET 0),
        stored AS (
            INSERT INTO mfg_inbox_event (id, {own}, {shared})
            SELECT id, {own}, {shared_values} FROM numbered ORDER BY event_id
            ON CONFLICT (connector_id, event_id) DO NOTHING
            RETURNING event_id)
    """,
    False: """
        stored AS (
            INSERT INTO mfg_inbox_event ({own}, {shared})
            VALUES ({rows}, {shared_values})
            ON CONFLICT (connector_id, event_id) DO NOTHING
            RETURNING event_id)
    """,
}


@dataclass(frozen=True)
class Arrival:
    """One event as a door stores it.

    ``digest`` tells two events of one id apart; ``payload`` is the CloudEvent where
    it is known already, else None (a vendor's own webhook is mapped when handled);
    ``canonical`` is its text, in a form that does not depend on who wrote it.
    """

    event_id: str
    event_type: str
    body: bytes
    content_type: str
    digest: str
    ordering_key: str
    payload: dict | None = None
    canonical: bytes | None = None
    headers: dict | None = None
    uuid: str | None = None
    traceparent: str | None = None

    @classmethod
    def of_cloudevent(
        cls,
        event: dict,
        body: bytes | None = None,
        uuid: str | None = None,
        traceparent: str | None = None,
    ) -> "Arrival":
        """The arrival of a checked CloudEvent; its id is unique per sender.

        :param uuid: the server's uuid where the sender knows one already
        :param traceparent: of the request that brought it; the event's own goes first
        """
        canonical = json.dumps(event, sort_keys=True, separators=(",", ":")).encode()
        return cls(
            event_id=event["id"],
            event_type=event["type"],
            body=body or canonical,
            content_type=cloudevents.MEDIA_TYPE,
            digest=hashlib.sha256(canonical).hexdigest(),
            ordering_key=event.get("subject") or event["source"],
            payload=event,
            canonical=canonical,
            uuid=uuid,
            traceparent=trace_context.first_valid(
                event.get("traceparent"), traceparent
            ),
        )


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
    body = fields.Binary(attachment=False, readonly=True)
    body_text = fields.Text(compute="_compute_body_text")
    digest = fields.Char(readonly=True, help="SHA-256 that tells two bodies apart.")
    payload = fields.Json(readonly=True, help="The canonical CloudEvent.")
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

    def _compute_body_text(self):
        for event in self.with_context(bin_size=False):
            stored = base64.b64decode(event.body or b"")
            event.body_text = stored.decode("utf-8", "backslashreplace")

    @property
    def data(self):
        """Data of the event, as its contract says."""
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
        return min(self.happened_at, self.received_at)

    # ---------------------------------------------------------------- the door

    @api.model
    def _accept(
        self, cr, connector, arrivals: Sequence[Arrival], beside: SQL | None = None
    ):
        """Store what is new, in one statement that waits for nobody.

        :param cr: a READ COMMITTED cursor of the caller, who commits it
        :param beside: a further CTE of that statement, ``name AS (...)``, which may
            read ``stored (event_id)``; one way to the database less for a door
        :return: for each arrival ``{"id", "uuid", "status"}``, the status being
            ``accepted``, ``duplicate`` (same id, same body) or ``conflict``
        """
        rows = {}
        for arrival in arrivals:
            if arrival.event_id not in rows:
                rows[arrival.event_id] = self._prepare_row(arrival)
        shared = self._prepare_shared(connector)
        fresh = self._insert_new(cr, list(rows.values()), shared, beside)
        stored = {
            event_id: (row["uuid"], row["digest"])
            for event_id, row in rows.items()
            if event_id in fresh
        }
        if len(stored) < len(rows):
            cr.execute(
                """
                SELECT event_id, uuid, digest FROM mfg_inbox_event
                 WHERE connector_id = %s AND event_id IN %s
                """,
                (connector.id, tuple(rows.keys() - fresh)),
            )
            for event_id, uuid, digest in cr.fetchall():
                stored[event_id] = uuid, digest
        return [self._answer(arrival, fresh, stored) for arrival in arrivals]

    @api.model
    def _insert_new(self, cr, rows, shared, beside):
        """Insert the rows whose event ids are new; a set of these ids.

        They are numbered in the order they came, which their lanes keep, and inserted
        in the order of their ids, so that two requests with the same ones do not wait
        for each other.
        """
        (own, placeholders), (shared_columns, shared_placeholders) = self._written_as(
            tuple(rows[0]), tuple(shared)
        )
        ctes = _STORED[len(rows) > 1].format(
            own=own,
            rows="), (".join([placeholders] * len(rows)),
            shared=shared_columns,
            shared_values=shared_placeholders,
        )
        values = [value for row in (*rows, shared) for value in row.values()]
        if beside:
            ctes += f", {beside.code}"
            values += beside.params
        cr.execute(f"WITH {ctes} SELECT event_id FROM stored", values)
        return {event_id for (event_id,) in cr.fetchall()}

    @api.model
    @ormcache("groups")
    def _written_as(self, *groups: tuple[str, ...]):
        """Columns as SQL has their names, and their placeholders, group by group."""
        return [
            (
                ", ".join(columns),
                ", ".join(f"%s::{self._fields[one].column_type[0]}" for one in columns),
            )
            for columns in groups
        ]

    @api.model
    def _answer(self, arrival, fresh: set, stored: dict) -> dict:
        """What the door tells the sender about one arrival; ``fresh`` is used up."""
        uuid, digest = stored[arrival.event_id]
        status = "duplicate"
        if digest != arrival.digest:
            status = "conflict"
        elif arrival.event_id in fresh:
            status = "accepted"
            # The same event twice in one batch: the second is a duplicate.
            fresh.discard(arrival.event_id)
        answer = {"id": arrival.event_id, "uuid": uuid, "status": status}
        if status == "conflict":
            error = IdConflictError(
                f"An event with the id {arrival.event_id} and another body was"
                " received before. Give every event an id of its own."
            )
            answer["problem"] = error.as_problem()
        return answer

    @api.model
    def _prepare_shared(self, connector):
        """Column values that all arrivals of one request have."""
        # With its fraction, so that the timeline tells what came first in a second.
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        return {
            "connector_id": connector.id,
            "company_id": connector.company_id.id,
            "plant_id": connector.plant_id.id or None,
            "received_at": now,
            "state": "received",
            "attempt_count": 0,
            # Nobody of Odoo: create_uid stays empty, which spares all senders the lock
            # that a foreign key takes on the one user that they would share.
            "create_date": now,
        }

    @api.model
    def _prepare_row(self, arrival):
        """Column values of one arrival itself, the same columns for every arrival."""
        event = arrival.payload or {}
        uuid = arrival.uuid or str(uuid_module.uuid4())
        return {
            "uuid": uuid,
            "event_id": arrival.event_id,
            "event_type": arrival.event_type,
            "source": event.get("source"),
            "subject": event.get("subject"),
            "event_time": _naive_utc(event.get("time")),
            "content_type": arrival.content_type,
            "headers": Json(arrival.headers) if arrival.headers else None,
            "body": base64.b64encode(arrival.body),
            "digest": arrival.digest,
            "payload": arrival.canonical.decode() if arrival.canonical else None,
            "native": not event,
            "historical": bool(event.get("historical")),
            "ordering_key": arrival.ordering_key,
            "correlation_id": event.get("correlationid") or uuid,
            "causation_id": event.get("causationid"),
            "traceparent": arrival.traceparent,
        }

    @api.model
    def _accept_internal(self, connector, envelopes, uuids=None):
        """Take events that the suite itself derived, in the caller's transaction.

        Ids must be derived from what they stand for, so that a repeat is no event.

        :param uuids: server's uuids by event id, where another door gave them out
        """
        if envelopes:
            uuids = uuids or {}
            arrivals = [
                Arrival.of_cloudevent(event, uuid=uuids.get(event["id"]))
                for event in envelopes
            ]
            self._accept(self.env.cr, connector, arrivals)
            connector._wake()

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
        if self.reason:
            progress["reason"] = self.reason
        if document:
            progress["document"] = {
                "model": document._name,
                "id": document.id,
                "name": document.display_name,
            }
        return progress

    # -------------------------------------------------------------- references

    @api.model
    def _resume_waiting(self, cr, references):
        """Let the events go on that waited for these records.

        :param references: ``(connector id, model, external id)``
        """
        if not references:
            return
        cr.execute(
            """
            WITH resumed AS (
                UPDATE mfg_inbox_event
                   SET state = 'retry', next_attempt_at = NULL,
                       reason_code = NULL, reason = NULL
                 WHERE state = 'waiting'
                   AND (connector_id, waiting_model, waiting_key) IN %s
                RETURNING lane_id)
            UPDATE mfg_lane SET next_at = NULL
             WHERE id IN (SELECT lane_id FROM resumed)
            """,
            (tuple(references),),
        )

    @api.model
    def _resume_awaiting(self, cr, codes):
        """Let the events go on that waited for records with these codes.

        :param codes: ``(model, code)`` of records that are there now
        :return: ids of the connectors that the events are of
        """
        cr.execute(
            """
            WITH resumed AS (
                UPDATE mfg_inbox_event
                   SET state = 'retry', next_attempt_at = NULL,
                       reason_code = NULL, reason = NULL
                 WHERE state = 'waiting' AND (waiting_model, waiting_key) IN %s
                RETURNING lane_id, connector_id),
            due AS (
                UPDATE mfg_lane SET next_at = NULL
                 WHERE id IN (SELECT lane_id FROM resumed))
            SELECT DISTINCT connector_id FROM resumed
            """,
            (tuple(codes),),
        )
        return [connector_id for (connector_id,) in cr.fetchall()]

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


def _naive_utc(text: str | None) -> datetime | None:
    """An RFC 3339 time as Odoo stores moments."""
    if not text:
        return None
    return rfc3339.parse(text).replace(tzinfo=None)
