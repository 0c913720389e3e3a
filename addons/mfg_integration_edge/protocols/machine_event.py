"""A machine event that keeps its contract, as it is stored."""

import json

import msgspec

from . import machine_sequence
from .event_identity import event_key
from .machine_events import DEVICE
from .machine_moment import microseconds


class EdgeEvent(msgspec.Struct, frozen=True, gc=False):
    """A checked event, ready to be stored.

    :param key: 16 bytes; ``uuid`` is the same in text
    :param event_time: microseconds since 2000 in UTC, as PostgreSQL counts them
    :param good_quantity: the number that the sender wrote; of a counter its reading
    :param text: the event as compact JSON
    """

    key: bytes
    uuid: str
    event_id: str
    event_type: str
    source: str
    equipment: str | None
    job_order: str | None
    operation: str | None
    event_time: int | None
    boot: int | None
    sequence: int | None
    historical: bool
    good_quantity: int | float | None
    scrap_quantity: int | float | None
    text: bytes

    @classmethod
    def of_cloudevent(cls, connector_id: int, envelope: dict) -> "EdgeEvent":
        """The event of an envelope that keeps its contract."""
        data = envelope["data"]
        moment = envelope.get("time")
        return cls(
            *event_key(connector_id, envelope["id"]),
            envelope["id"],
            envelope["type"],
            envelope["source"],
            # Of a device's own life it says nothing.
            None if envelope["type"] in DEVICE else data["equipment"],
            data.get("job_order"),
            data.get("operation"),
            microseconds(moment) if moment else None,
            *machine_sequence.read(envelope.get("sequence")),
            bool(envelope.get("historical")),
            data.get("good_quantity", data.get("good_total")),
            data.get("scrap_quantity", data.get("scrap_total")),
            json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode(),
        )
