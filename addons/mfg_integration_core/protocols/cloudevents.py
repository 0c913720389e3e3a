"""CloudEvents 1.0 in JSON: reading what came in, checking it, building what goes out.

Structured mode, one event or a batch; NDJSON is our addition for machines. Events are
plain dictionaries with the attribute names of the specification.

Source: CloudEvents 1.0.2, JSON Event Format 1.0.2, HTTP Protocol Binding 1.0.2.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from datetime import datetime

from ..exceptions import InvalidEventError, UnsupportedMediaError
from . import rfc3339, strict_json

MEDIA_TYPE = "application/cloudevents+json"
BATCH_MEDIA_TYPE = "application/cloudevents-batch+json"
NDJSON_MEDIA_TYPE = "application/x-ndjson"
PLAIN_MEDIA_TYPE = "application/json"

SPEC_VERSION = "1.0"

_REQUIRED = ("specversion", "id", "source", "type")
_TEXTS = (
    *("id", "source", "type", "subject", "datacontenttype", "dataschema"),
    *("correlationid", "causationid", "sequence", "traceparent"),
)
_MOMENTS = ("time", "recordedtime", "expirytime")
# What is looked up by index must fit into an index row of PostgreSQL (2704 bytes).
MAX_LENGTH = {
    "id": 256,
    "source": 512,
    "type": 256,
    "subject": 512,
    "correlationid": 256,
    "causationid": 256,
}
_ATTRIBUTE_NAME = re.compile(r"[a-z0-9]+")
_CHARSET = re.compile(r"(?:^|;)\s*charset\s*=\s*\"?([^\";\s]+)", re.IGNORECASE)
_JSON_MEDIA_TYPE = re.compile(r"[^/\s]+/(?:[^/\s;]+\+)?json\s*(?:;.*)?", re.IGNORECASE)


# ------------------------------------------------------------------
# Reading
# ------------------------------------------------------------------


def parse(content_type: str | None, body: bytes) -> list[dict]:
    """The events in a request body, in the order sent, not yet checked.

    :param content_type: the header, with its parameters
    :return: one dictionary per event; an empty batch is an empty list
    :raise UnsupportedMediaError: other media type, or a charset other than UTF-8
    :raise InvalidEventError: code ``not_json`` or ``not_storable`` (the body cannot be
        read), ``not_an_event`` (an item is no object; the pointer names it)
    """
    kind = media_type(content_type)
    if kind == NDJSON_MEDIA_TYPE:
        return _objects(_read_lines(body), pointer="/{}")
    if kind not in (MEDIA_TYPE, BATCH_MEDIA_TYPE, PLAIN_MEDIA_TYPE):
        raise UnsupportedMediaError(
            f"Media type {kind or '(none)'} is not read here. Send "
            f"{MEDIA_TYPE}, {BATCH_MEDIA_TYPE} or {NDJSON_MEDIA_TYPE}."
        )
    content = strict_json.read(body)
    if isinstance(content, list) and kind != MEDIA_TYPE:
        return _objects(content, pointer="/{}")
    if kind == BATCH_MEDIA_TYPE:
        raise InvalidEventError(
            f"{BATCH_MEDIA_TYPE} is an array of events; for a single event use "
            f"{MEDIA_TYPE}.",
            code="not_an_event",
        )
    return _objects([content], pointer="")


def is_batch(content_type: str | None, body: bytes) -> bool:
    """Whether the sender means several events and gets a result for each.

    NDJSON and the batch media type say so themselves; ``application/json`` is a batch
    when it is an array.
    """
    kind = media_type(content_type)
    if kind == PLAIN_MEDIA_TYPE:
        return body.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"["
    return kind in (BATCH_MEDIA_TYPE, NDJSON_MEDIA_TYPE)


def media_type(content_type: str | None) -> str:
    """The media type in small letters, without its parameters; may be empty.

    :raise UnsupportedMediaError: a charset other than UTF-8
    """
    kind, _semicolon, parameters = (content_type or "").partition(";")
    charset = _CHARSET.search(parameters)
    if charset and charset[1].lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaError(
            f"Charset {charset[1][:40]} is not read here. Send UTF-8.",
            code="unsupported_charset",
        )
    return kind.strip().lower()


def assert_plain(content_type: str | None) -> None:
    """Return when a body is plain JSON.

    :raise UnsupportedMediaError: other media type, or a charset other than UTF-8
    """
    kind = media_type(content_type)
    if kind != PLAIN_MEDIA_TYPE:
        raise UnsupportedMediaError(
            f"Media type {kind or '(none)'} is not read here. Send {PLAIN_MEDIA_TYPE}."
        )


def _read_lines(body: bytes) -> list:
    return [
        strict_json.read(line, what=f"Line {number}")
        for number, line in enumerate(body.split(b"\n"), start=1)
        if line.strip()
    ]


def _objects(items: list, pointer: str) -> list[dict]:
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise InvalidEventError(
                "An event is a JSON object with the CloudEvents attributes.",
                code="not_an_event",
                pointer=pointer.format(index),
            )
    return items


# ------------------------------------------------------------------
# Checking
# ------------------------------------------------------------------


def check_envelope(event: Mapping) -> None:
    """Return when the attributes of ``event`` are as CloudEvents 1.0 wants them.

    ``data`` is not looked into; that is the contract's part. ``contract/
    cloudevent.schema.json`` says the same for readers outside; a test holds the two
    together.

    :raise InvalidEventError: code ``bad_envelope``; the pointer names the attribute
    """
    for name in _REQUIRED:
        if event.get(name) is None:
            raise _bad(name, f"`{name}` is missing. Add it.")
    if event["specversion"] != SPEC_VERSION:
        raise _bad("specversion", f'`specversion` must be "{SPEC_VERSION}".')
    for name in event:
        if name not in ("data", "data_base64"):
            _check_attribute(name, event[name])
    if "data_base64" in event:
        raise _bad("data_base64", "Binary data is not read here; send `data`.")
    content_type = event.get("datacontenttype")
    if content_type is not None and not _JSON_MEDIA_TYPE.fullmatch(content_type):
        raise _bad("datacontenttype", "`datacontenttype` must be a JSON media type.")


def _check_attribute(name: str, value) -> None:
    if not _ATTRIBUTE_NAME.fullmatch(name):
        raise _bad(name, f"Attribute name `{name[:40]}` may only hold a-z and 0-9.")
    if value is None:  # JSON Event Format 2.2: null is the same as absent
        return
    if name in _TEXTS or name in _MOMENTS:
        _check_text(name, value)
    elif not isinstance(value, (str, bool, int)) or _is_over_32_bit(value):
        raise _bad(name, f"`{name}` must be text, true/false or a 32-bit integer.")


def _check_text(name: str, value) -> None:
    if not isinstance(value, str) or not value:
        raise _bad(name, f"`{name}` must be a text that is not empty.")
    longest = MAX_LENGTH.get(name)
    if longest and len(value) > longest:
        raise _bad(name, f"`{name}` is longer than {longest} characters.")
    if name in _MOMENTS:
        try:
            rfc3339.parse_storable(value)
        except ValueError as error:
            raise _bad(
                name,
                f"`{name}` must be an RFC 3339 moment such as 2026-11-20T22:15:00Z:"
                f" {error}.",
            ) from error


def _is_over_32_bit(value) -> bool:
    return isinstance(value, int) and not -(2**31) <= value < 2**31


def _bad(attribute: str, detail: str) -> InvalidEventError:
    name = attribute.replace("~", "~0").replace("/", "~1")
    return InvalidEventError(detail, code="bad_envelope", pointer=f"/{name}")


# ------------------------------------------------------------------
# Building
# ------------------------------------------------------------------


def build(
    *,
    event_type: str,
    source: str,
    subject: str | None,
    data,
    event_id: str,
    time: datetime | str,
    extensions: Mapping | None = None,
) -> dict:
    """A checked CloudEvent around ``data``.

    :param time: when it happened; aware datetime, or RFC 3339 text that is kept
    :param extensions: attributes such as ``correlationid``; None values are left out
    :raise InvalidEventError: when the result would not pass :func:`check_envelope`
    """
    event = {
        "specversion": SPEC_VERSION,
        "id": event_id,
        "source": source,
        "type": event_type,
        "subject": subject or None,
        "time": rfc3339.write(time) if isinstance(time, datetime) else time,
        "datacontenttype": "application/json",
        **(extensions or {}),
        "data": data,
    }
    event = {name: part for name, part in event.items() if part is not None}
    event.setdefault("data", data)
    check_envelope(event)
    return event
