"""Writing checked events into the raw table, as fast as PostgreSQL takes them."""

import io
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .protocols import copy_binary
from .protocols.machine_event import EdgeEvent
from .protocols.machine_moment import since_epoch

#: An event's row id is its batch's id and its place in the batch. Events of a batch
#: are one range of the primary key, and no second index is needed to read them.
ITEM_BITS = 16
#: Chunks in which the client library takes a COPY; its default is 8 KiB.
COPY_CHUNK_BYTES = 1 << 20

#: First what differs from event to event and has one length, then what all events of a
#: request share, then the rest.
COLUMNS = (
    *("id", "uuid"),
    *("received_at", "connector_id", "batch_id", "device_id"),
    *("event_id", "event_type", "source", "equipment", "job_order", "operation"),
    *("event_time", "boot", "sequence", "historical"),
    *("good_quantity", "scrap_quantity", "envelope"),
)
_COPY = f"COPY mfg_edge_event ({', '.join(COLUMNS)}) FROM STDIN (FORMAT binary)"
_HEAD = struct.Struct(">hiqi16s")
_ENVELOPE = struct.Struct(">iB")


@dataclass(frozen=True)
class Request:
    """What the events of one request share.

    :param received_at: moment of the request, naive UTC
    :param device_id: the device whose key proved the request, if one did
    """

    connector_id: int
    batch_id: int
    received_at: datetime
    device_id: int | None = None

    @property
    def first_row_id(self) -> int:
        return row_ids(self.batch_id)[0]


def row_ids(batch_id: int) -> tuple[int, int]:
    """First row id of a batch and first row id behind it."""
    return batch_id << ITEM_BITS, (batch_id + 1) << ITEM_BITS


def write(cr, request: Request, events: Iterable[tuple[int, EdgeEvent]]) -> None:
    """Store events, each with its row id."""
    shared = b"".join(
        (
            copy_binary.bigint(since_epoch(request.received_at)),
            copy_binary.integer(request.connector_id),
            copy_binary.integer(request.batch_id),
            copy_binary.integer(request.device_id),
        )
    )
    copy(cr, _COPY, (_row(row_id, event, shared) for row_id, event in events))


def copy(cr, statement: str, rows: Iterable[bytes]) -> None:
    """Carry out a COPY of rows in the binary format."""
    content = io.BytesIO(copy_binary.stream(rows))
    cr.copy_expert(statement, content, COPY_CHUNK_BYTES)


def _row(row_id: int, event: EdgeEvent, shared: bytes) -> bytes:
    text, repeated = event.text, copy_binary.repeated
    return b"".join(
        (
            _HEAD.pack(len(COLUMNS), 8, row_id, 16, event.key),
            shared,
            copy_binary.varchar(event.event_id),
            repeated(event.event_type),
            repeated(event.source),
            repeated(event.equipment),
            repeated(event.job_order),
            repeated(event.operation),
            copy_binary.bigint(event.event_time),
            copy_binary.integer(event.boot),
            copy_binary.bigint(event.sequence),
            copy_binary.boolean(event.historical),
            copy_binary.numeric(event.good_quantity),
            copy_binary.numeric(event.scrap_quantity),
            _ENVELOPE.pack(len(text) + 1, copy_binary.JSONB_VERSION),
            text,
        )
    )
