"""Machine events out of a request's body, read and checked in one pass.

Nearly all requests hold nothing but plain events that keep their contracts: they are
read by their types (``machine_contracts``) and that is all. Whatever is unusual in a
request, valid or not, makes this decoder step back: its caller reads the body with
``strict_json`` and judges each event by the schemas, slowly and with the words for
what is wrong. So there is one verdict, and the types only reach it sooner.
"""

import operator
from functools import reduce
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from odoo.addons.mfg_integration_core.protocols import cloudevents

from . import machine_sequence
from .event_identity import event_key
from .machine_contracts import DATA, Text
from .machine_event import EdgeEvent
from .machine_moment import microseconds

_SOURCE = Annotated[str, Meta(min_length=1, max_length=512)]
_ID = Annotated[str, Meta(min_length=1, max_length=256)]


class _Envelope(
    Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False
):
    """The attributes that senders use; an event with others is judged slowly."""

    specversion: Literal[cloudevents.SPEC_VERSION]
    id: _ID
    source: _SOURCE
    time: Text | None = None
    subject: _SOURCE | None = None
    datacontenttype: Literal["application/json"] | None = None
    dataschema: Text | None = None
    sequence: Text | None = None
    historical: bool | None = None
    recordedtime: Text | None = None
    expirytime: Text | None = None
    correlationid: _ID | None = None
    causationid: _ID | None = None
    traceparent: Text | None = None


def _of_type(name: str, data: type) -> type:
    """The type of a whole event, told from others by its member ``type``."""
    return msgspec.defstruct(
        "Event",
        [("data", data)],
        bases=(_Envelope,),
        tag_field="type",
        tag=name,
        kw_only=True,
        forbid_unknown_fields=True,
        omit_defaults=True,
        gc=False,
    )


_NAMES = {_of_type(name, data): name for name, data in DATA.items()}
_EVENT = reduce(operator.or_, _NAMES)
_ONE = msgspec.json.Decoder(_EVENT)
_MANY = msgspec.json.Decoder(list[_EVENT])
_ENCODER = msgspec.json.Encoder()
#: What the library says no with; a RecursionError too, where lists are very deep.
_REFUSALS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def read(
    connector_id: int, content_type: str | None, body: bytes
) -> list[EdgeEvent] | None:
    """The events of a body, all of them valid; None when a closer look is needed.

    :raise UnsupportedMediaError: a charset other than UTF-8
    """
    kind = cloudevents.media_type(content_type)
    # Behind it may be characters that cannot be stored, and a quote that ends no text.
    if b"\\" in body:
        return None
    try:
        events = _decode(kind, body)
        written = _ENCODER.encode_lines(events)
        # A member that an object has twice is read once: its quotes are missing then.
        if body.count(b'"') != written.count(b'"'):
            return None
        return [
            _flat(connector_id, event, text)
            for event, text in zip(events, written.splitlines(), strict=True)
        ]
    except (*_REFUSALS, ValueError):
        return None


def read_one(connector_id: int, envelope: dict) -> EdgeEvent | None:
    """The event of an envelope that ``strict_json`` read; None for a closer look."""
    try:
        event = msgspec.convert(envelope, _EVENT)
        return _flat(connector_id, event, _ENCODER.encode(event))
    except (*_REFUSALS, ValueError):
        return None


def _decode(kind: str, body: bytes) -> list:
    if kind == cloudevents.NDJSON_MEDIA_TYPE:
        # Line by line: the library's own way takes lines that hold two events.
        return [_ONE.decode(line) for line in body.split(b"\n") if line.strip()]
    if kind == cloudevents.BATCH_MEDIA_TYPE:
        return _MANY.decode(body)
    if kind == cloudevents.PLAIN_MEDIA_TYPE and body.lstrip()[:1] == b"[":
        return _MANY.decode(body)
    if kind in (cloudevents.MEDIA_TYPE, cloudevents.PLAIN_MEDIA_TYPE):
        return [_ONE.decode(body)]
    raise ValueError(f"{kind} is not read here")


def _flat(connector_id: int, event, text: bytes) -> EdgeEvent:
    """The event as it is stored.

    :raise ValueError: a moment of it is none
    """
    data = event.data
    if event.recordedtime is not None:
        microseconds(event.recordedtime)
    if event.expirytime is not None:
        microseconds(event.expirytime)
    key, uuid = event_key(connector_id, event.id)
    moment, counted = event.time, event.sequence
    boot, sequence = machine_sequence.read(counted) if counted else (None, None)
    return EdgeEvent(
        key,
        uuid,
        event.id,
        _NAMES[type(event)],
        event.source,
        data.equipment,
        data.job_order,
        data.operation,
        None if moment is None else microseconds(moment),
        boot,
        sequence,
        event.historical is True,
        data.good_quantity,
        data.scrap_quantity,
        text,
    )
