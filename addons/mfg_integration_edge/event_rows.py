"""Writing checked events into the raw table, as fast as PostgreSQL takes them."""

import io
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from .protocols import copy_binary
from .protocols.machine_event import EdgeEvent
from .protocols.machine_moment import since_epoch

#: An event's row id is its batch's id and its place in the batch. Events of a batch
#: are one range of the primary key, and no second index is needed to read them.
ITEM_BITS = 16
#: Chunks in which the client library takes a COPY; its default is 8 KiB.
COPY_CHUNK_BYTES = 1 << 20

#: Ordered for the writing: numbers that most events have are packed in one go; what all
#: events of a request share and what those of one machine share is made once.
COLUMNS = (
    *("id", "uuid", "historical", "event_time", "boot", "sequence"),
    *("received_at", "connector_id", "batch_id", "device_id"),
    *("event_type", "source", "equipment", "job_order", "operation"),
    *("good_quantity", "scrap_quantity", "event_id", "envelope"),
)
_COPY = f"COPY mfg_edge_event ({', '.join(COLUMNS)}) FROM STDIN (FORMAT binary)"
_HEAD = struct.Struct(">hiqi16si?")
_COUNTED = struct.Struct(">iqiiiq")
_LENGTH = struct.Struct(">i")
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
    text, event_id = event.text, event.event_id.encode()
    return b"".join(
        (
            _HEAD.pack(len(COLUMNS), 8, row_id, 16, event.key, 1, event.historical),
            _place(event.event_time, event.boot, event.sequence),
            shared,
            _origin(
                event.event_type,
                event.source,
                event.equipment,
                event.job_order,
                event.operation,
            ),
            copy_binary.numeric(event.good_quantity),
            copy_binary.numeric(event.scrap_quantity),
            _LENGTH.pack(len(event_id)),
            event_id,
            _ENVELOPE.pack(len(text) + 1, copy_binary.JSONB_VERSION),
            text,
        )
    )


def _place(event_time: int | None, boot: int | None, sequence: int | None) -> bytes:
    """When it happened, and where it stands among those of its sender."""
    if event_time is None or boot is None:
        return b"".join(
            (
                copy_binary.bigint(event_time),
                copy_binary.integer(boot),
                copy_binary.bigint(sequence),
            )
        )
    return _COUNTED.pack(8, event_time, 4, boot, 8, sequence)


@lru_cache(maxsize=4096)
def _origin(*texts: str | None) -> bytes:
    """What all events of a machine say alike while it works on one operation."""
    return b"".join(map(copy_binary.varchar, texts))
