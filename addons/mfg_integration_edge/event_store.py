"""Storing a request's events: the SQL behind the edge door.

A few statements for a request of any size, none of them per event. All of it is one
READ COMMITTED transaction of the caller, so the answer the sender gets is what is on
disk.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from . import event_claims, event_partitions, event_rows
from .event_rows import ITEM_BITS, Request
from .protocols.machine_event import EdgeEvent

MAX_ITEMS = 5000

ACCEPTED, DUPLICATE, CONFLICT = "accepted", "duplicate", "conflict"


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
    :param device_id: the device whose key proved the request, if one did
    :return: for each event ``accepted``, ``duplicate`` (known, same body) or
        ``conflict`` (known with another body)
    """
    event_partitions.ensure(cr, received_at.date())
    cr.execute("SELECT nextval('mfg_edge_batch_id_seq')")
    (batch_id,) = cr.fetchone()
    request = Request(connector_id, batch_id, received_at, device_id)
    statuses = _store(cr, request, events) if events else []
    _insert_batch(cr, request, batch_uuid, statuses, invalid_count)
    return statuses


def _store(cr, request: Request, events: Sequence[EdgeEvent]) -> list[str]:
    """Store the new ones of these events; a status for each."""
    first_row_id = request.first_row_id
    if event_claims.take_all(cr, events, first_row_id):
        event_rows.write(cr, request, enumerate(events, start=first_row_id))
        return [ACCEPTED] * len(events)
    # The second of two equal ids in one request is judged by the first.
    place_of: dict[str, int] = {}
    for place, event in enumerate(events):
        place_of.setdefault(event.uuid, place)
    fresh = event_claims.take_new(
        cr, {uuid: first_row_id + place for uuid, place in place_of.items()}
    )
    new = [place for uuid, place in place_of.items() if uuid in fresh]
    if new:
        rows = ((first_row_id + place, events[place]) for place in new)
        event_rows.write(cr, request, rows)
    statuses = [DUPLICATE] * len(events)
    for place in new:
        statuses[place] = ACCEPTED
    repeats = [place for place, status in enumerate(statuses) if status == DUPLICATE]
    for place in _with_another_body(cr, request, events, repeats):
        statuses[place] = CONFLICT
    return statuses


def _with_another_body(
    cr, request: Request, events: Sequence[EdgeEvent], repeats: Sequence[int]
) -> list[int]:
    """Places of those repeats that say something else than the event that is stored.

    They are compared as JSON: a sender may serialise its buffered event again before
    it repeats it. Where the day of the event was given up, there is nothing to compare
    with, and its id says enough.

    A statement of its own: the row that won may have been committed after the snapshot
    of the claims, which don't see it.
    """
    if not repeats:
        return []
    cr.execute(
        """
        SELECT sent.place
          FROM unnest(%s::int[], %s::uuid[], %s::jsonb[])
                   AS sent (place, uuid, envelope)
          JOIN mfg_edge_event_digest digest ON digest.uuid = sent.uuid
          LEFT JOIN mfg_edge_batch batch ON batch.id = digest.event_row_id >> %s
          JOIN mfg_edge_event event
            ON event.id = digest.event_row_id
           -- The batch of this request is stored last.
           AND event.received_at = COALESCE(batch.received_at, %s)
         WHERE event.envelope <> sent.envelope
        """,
        (
            list(repeats),
            [events[place].uuid for place in repeats],
            [events[place].text.decode() for place in repeats],
            ITEM_BITS,
            request.received_at,
        ),
    )
    return [place for (place,) in cr.fetchall()]


def _insert_batch(cr, request: Request, batch_uuid, statuses, invalid_count):
    accepted = statuses.count(ACCEPTED)
    cr.execute(
        """
        INSERT INTO mfg_edge_batch
                    (id, uuid, connector_id, received_at, state, processed_at,
                     accepted_count, duplicate_count, conflict_count, invalid_count)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            request.batch_id,
            str(batch_uuid),
            request.connector_id,
            request.received_at,
            # Nothing new in it: there is nothing to wait for.
            "captured" if accepted else "aggregated",
            None if accepted else request.received_at,
            accepted,
            statuses.count(DUPLICATE),
            statuses.count(CONFLICT),
            invalid_count,
        ),
    )
