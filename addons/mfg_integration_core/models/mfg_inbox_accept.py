import base64
import uuid as uuid_module
from collections.abc import Sequence
from datetime import datetime, timezone

from psycopg2.extras import Json

from odoo import api, models
from odoo.tools import SQL, ormcache

from ..exceptions import IdConflictError
from ..protocols import rfc3339
from ..protocols.arrival import Arrival

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


class MfgInboxAccept(models.Model):
    """How a door stores what arrives: one statement that waits for nobody."""

    _inherit = "mfg.inbox.event"

    @api.model
    def _accept(
        self,
        cr,
        connector,
        arrivals: Sequence[Arrival],
        beside: SQL | None = None,
        sent: datetime | None = None,
    ):
        """Store what is new, in one statement that waits for nobody.

        :param cr: a READ COMMITTED cursor of the caller, who commits it
        :param beside: a further CTE of that statement, ``name AS (...)``, which may
            read ``stored (event_id)``; one way to the database less for a door
        :param sent: when they were sent by the sender's clock, naive UTC, where the
            sender has signed that
        :return: for each arrival ``{"id", "uuid", "status"}``, the status being
            ``accepted``, ``duplicate`` (same id, same body) or ``conflict``
        """
        rows = {}
        for arrival in arrivals:
            if arrival.event_id not in rows:
                rows[arrival.event_id] = self._prepare_row(arrival)
        shared = self._prepare_shared(connector)
        self._flag_clock(connector, rows.values(), shared["received_at"], sent)
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
        Who sent what they are made of has its answer and is not asked again: where
        another event has the id, the one at hand gets one of its own.

        :param uuids: server's uuids by event id, where another door gave them out
        """
        if envelopes:
            uuids = uuids or {}
            arrivals = [
                Arrival.of_cloudevent(event, uuid=uuids.get(event["id"]))
                for event in envelopes
            ]
            answers = self._accept(self.env.cr, connector, arrivals)
            namesakes = [
                arrival.apart()
                for arrival, answer in zip(arrivals, answers, strict=True)
                if answer["status"] == "conflict"
            ]
            if namesakes:
                self._accept(self.env.cr, connector, namesakes)
            connector._wake()


def _naive_utc(text: str | None) -> datetime | None:
    """An RFC 3339 time as Odoo stores moments."""
    if not text:
        return None
    return rfc3339.parse(text).replace(tzinfo=None)
