"""Storing a request's events: the SQL behind the edge door.

Three statements for a request of any size, none of them per event. All of it is
one READ COMMITTED transaction of the caller, so the answer the sender gets is what
is on disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from psycopg2.extras import Json

from odoo.addons.mfg_integration_core.protocols import rfc3339

from . import event_partitions
from .protocols import machine_sequence
from .protocols.event_identity import body_digest, event_uuid
from .protocols.machine_events import DEVICE

#: An event's row id is its batch's id and its place in the batch. Events of a batch
#: are one range of the primary key, and no second index is needed to read them.
ITEM_BITS = 16
MAX_ITEMS = 5000

ACCEPTED, DUPLICATE, CONFLICT = "accepted", "duplicate", "conflict"


@dataclass(frozen=True)
class EdgeEvent:
    """A checked event, ready to be stored. Times are naive UTC."""

    uuid: UUID
    body_digest: UUID
    event_id: str
    event_type: str
    source: str
    equipment: str | None
    job_order: str | None
    operation: str | None
    event_time: datetime | None
    boot: int | None
    sequence: int | None
    historical: bool
    good_quantity: Decimal | None
    scrap_quantity: Decimal | None
    envelope: dict

    @classmethod
    def of_cloudevent(cls, connector_id: int, envelope: dict) -> "EdgeEvent":
        """The event of an envelope that keeps its contract."""
        data = envelope["data"]
        moment = envelope.get("time")
        boot, sequence = machine_sequence.read(envelope.get("sequence"))
        return cls(
            uuid=event_uuid(connector_id, envelope["id"]),
            body_digest=body_digest(envelope),
            event_id=envelope["id"],
            event_type=envelope["type"],
            source=envelope["source"],
            # Of a device's own life it says nothing.
            equipment=None if envelope["type"] in DEVICE else data["equipment"],
            job_order=data.get("job_order"),
            operation=data.get("operation"),
            event_time=rfc3339.parse(moment).replace(tzinfo=None) if moment else None,
            boot=boot,
            sequence=sequence,
            historical=bool(envelope.get("historical")),
            good_quantity=_exact(data.get("good_quantity", data.get("good_total"))),
            scrap_quantity=_exact(data.get("scrap_quantity", data.get("scrap_total"))),
            envelope=envelope,
        )


def _exact(number) -> Decimal | None:
    """The decimal that the sender wrote, not the binary fraction next to it."""
    return None if number is None else Decimal(str(number))


def row_ids(batch_id: int) -> tuple[int, int]:
    """First row id of a batch and first row id behind it."""
    return batch_id << ITEM_BITS, (batch_id + 1) << ITEM_BITS


def store_batch(
    cr,
    connector_id: int,
    events: Sequence[EdgeEvent],
    *,
    received_at: datetime,
    batch_uuid: UUID,
    invalid_count: int = 0,
    device_id: int | None = None,
) -> list[str]:
    """Store the events of one request that are new, and the batch itself.

    :param cr: a READ COMMITTED cursor; the caller commits it
    :param received_at: moment of the request, naive UTC
    :param invalid_count: events of the request that were refused before
    :param device_id: the device that proved itself with a key of its own
    :return: for each event ``accepted``, ``duplicate`` (known, same body) or
        ``conflict`` (known with another body)
    """
    event_partitions.ensure(cr, received_at.date())
    cr.execute("SELECT nextval('mfg_edge_batch_id_seq')")
    (batch_id,) = cr.fetchone()
    # The second of two equal ids in one request is judged by the first.
    first_of = {}
    for event in events:
        first_of.setdefault(event.uuid, event)
    fresh = _insert(
        cr, connector_id, batch_id, received_at, list(first_of.values()), device_id
    )
    digests = _known_digests(cr, [uuid for uuid in first_of if uuid not in fresh])
    digests |= {uuid: first_of[uuid].body_digest for uuid in fresh}
    statuses = []
    for event in events:
        if event.body_digest != digests[event.uuid]:
            statuses.append(CONFLICT)
        elif event.uuid in fresh and first_of[event.uuid] is event:
            statuses.append(ACCEPTED)
        else:
            statuses.append(DUPLICATE)
    _insert_batch(
        cr, batch_id, connector_id, received_at, batch_uuid, statuses, invalid_count
    )
    return statuses


def _insert(cr, connector_id, batch_id, received_at, events, device_id) -> set[UUID]:
    """Claim the ids nobody has claimed and store their events; the uuids stored."""
    if not events:
        return set()
    first_row_id, _behind = row_ids(batch_id)
    columns = zip(
        *(
            (
                str(event.uuid),
                str(event.body_digest),
                first_row_id + item,
                event.event_id,
                event.event_type,
                event.source,
                event.equipment,
                event.job_order,
                event.operation,
                event.event_time,
                event.boot,
                event.sequence,
                event.historical,
                event.good_quantity,
                event.scrap_quantity,
                Json(event.envelope),
            )
            for item, event in enumerate(events)
        ),
        strict=True,
    )
    cr.execute(
        """
        WITH sent AS (
            SELECT * FROM unnest(
                %s::uuid[], %s::uuid[], %s::bigint[], %s::varchar[], %s::varchar[],
                %s::varchar[], %s::varchar[], %s::varchar[], %s::varchar[],
                %s::timestamp[], %s::integer[], %s::bigint[], %s::boolean[],
                %s::numeric[], %s::numeric[], %s::jsonb[]
            ) AS sent (uuid, body_digest, id, event_id, event_type, source, equipment,
                       job_order, operation, event_time, boot, sequence, historical,
                       good_quantity, scrap_quantity, envelope)
        ),
        claimed AS (
            INSERT INTO mfg_edge_event_digest
                        (uuid, connector_id, body_digest, event_row_id, received_at)
            -- In one order for everybody: two requests with the same events wait
            -- for each other and never in a circle.
            SELECT uuid, %s, body_digest, id, %s FROM sent ORDER BY uuid
            ON CONFLICT (uuid) DO NOTHING
            RETURNING uuid
        ),
        stored AS (
            INSERT INTO mfg_edge_event
                        (id, received_at, uuid, connector_id, batch_id, event_id,
                         event_type, source, device_id, equipment, job_order,
                         operation, event_time, boot, sequence, historical,
                         good_quantity, scrap_quantity, envelope)
            SELECT id, %s, uuid, %s, %s, event_id, event_type, source, %s,
                   equipment, job_order, operation, event_time, boot, sequence,
                   historical, good_quantity, scrap_quantity, envelope
              FROM sent JOIN claimed USING (uuid)
        )
        SELECT uuid FROM claimed
        """,
        [list(column) for column in columns]
        + [connector_id, received_at, received_at, connector_id, batch_id, device_id],
    )
    return {UUID(uuid) for (uuid,) in cr.fetchall()}


def _known_digests(cr, uuids) -> dict[UUID, UUID]:
    """Body digests of events that are stored already.

    A statement of its own: the row that won may have been committed after the
    snapshot of the insert, which doesn't see it.
    """
    if not uuids:
        return {}
    cr.execute(
        "SELECT uuid, body_digest FROM mfg_edge_event_digest"
        " WHERE uuid = ANY(%s::uuid[])",
        ([str(uuid) for uuid in uuids],),
    )
    return {UUID(uuid): UUID(digest) for uuid, digest in cr.fetchall()}


def _insert_batch(
    cr, batch_id, connector_id, received_at, batch_uuid, statuses, invalid_count
):
    accepted = statuses.count(ACCEPTED)
    cr.execute(
        """
        INSERT INTO mfg_edge_batch
                    (id, uuid, connector_id, received_at, state, processed_at,
                     accepted_count, duplicate_count, conflict_count, invalid_count)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            batch_id,
            str(batch_uuid),
            connector_id,
            received_at,
            # Nothing new in it: there is nothing to wait for.
            "captured" if accepted else "aggregated",
            None if accepted else received_at,
            accepted,
            statuses.count(DUPLICATE),
            statuses.count(CONFLICT),
            invalid_count,
        ),
    )
