"""Schemas of what core's doors answer, by the names of their components."""

from __future__ import annotations

from collections.abc import Iterable

from . import openapi_outbox, sweep
from .openapi import closed, reference

_TEXT = {"type": "string"}
_UUID = {"type": "string", "format": "uuid"}
_MOMENT = {"type": "string", "format": "date-time"}
_MOMENT_OR_NULL = {"type": ["string", "null"], "format": "date-time"}
_DAY = {"type": "string", "format": "date"}
_FLAG = {"type": "boolean"}


def answers(event_states: Iterable[str]) -> dict[str, dict]:
    """Every schema but those of the contracts.

    :param event_states: states that a stored event may be in
    """
    return {
        "Problem": _problem(),
        "Result": _result(["accepted", "duplicate"]),
        "RefusedResult": _refused_result(),
        "BatchResult": _batch_result(),
        "Progress": progress(event_states),
        "Contracts": closed({"contracts": {"type": "array", "items": _listed()}}),
        "Contract": closed(
            {
                "type": _TEXT,
                "schema": {"type": "object"},
                "example": reference("schemas", "CloudEvent"),
            }
        ),
        "Health": _health(),
        **openapi_outbox.schemas(),
    }


def progress(event_states: Iterable[str], **more: dict) -> dict:
    """How far an event came.

    :param more: schemas of optional members that an addon adds
    """
    optional = {
        "event_time": {**_MOMENT, "description": "When it happened, says its sender."},
        "posted_at": {**_MOMENT, "description": "When it was written to the document."},
        "reason": _TEXT,
        "document": closed({"model": _TEXT, "id": {"type": "integer"}, "name": _TEXT}),
        **more,
    }
    known = {
        "uuid": _UUID,
        "id": _TEXT,
        "type": _TEXT,
        "state": {"enum": list(event_states)},
        "received_at": _MOMENT,
        "processed_at": _MOMENT_OR_NULL,
    }
    return closed(known | optional, optional)


def _problem() -> dict:
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": {"type": "string", "pattern": "^urn:mfg:problem:[a-z_]+$"},
            "title": _TEXT,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": _TEXT,
            "code": {"type": "string", "pattern": "^[a-z_]+$"},
            "pointer": {
                "type": "string",
                "description": "JSON pointer into what was sent.",
            },
            "remedy": _TEXT,
            "instance": _TEXT,
        },
    }


def _result(statuses: list[str]) -> dict:
    return closed({"id": _TEXT, "uuid": _UUID, "status": {"enum": statuses}})


def _refused_result() -> dict:
    refused = {
        # Told back as it was sent, be it missing or no text at all.
        "id": {},
        "uuid": _UUID,
        "status": {"enum": ["invalid", "conflict"]},
        "problem": reference("schemas", "Problem"),
    }
    return closed(refused, ("uuid",))


def _batch_result() -> dict:
    kinds = [reference("schemas", name) for name in ("Result", "RefusedResult")]
    return closed({"results": {"type": "array", "items": {"oneOf": kinds}}})


def _listed() -> dict:
    ends = {"deprecated": _DAY, "sunset": _DAY, "successor": _TEXT}
    return closed({"type": _TEXT, "href": _TEXT, **ends}, ends)


def _health() -> dict:
    return closed(
        {
            "status": {"enum": ["ok", "nobody_works"]},
            "runner_alive": _FLAG,
            "runner_state": {"enum": [sweep.ALIVE, sweep.DEAD, sweep.DEAF]},
            "sweeper_alive": _FLAG,
            "sweeper_beat_at": _MOMENT_OR_NULL,
            "oldest_pending_s": {"type": "integer", "minimum": 0},
            "database_is_fixed": _FLAG,
            "keys_configured": _FLAG,
            "armed": _FLAG,
        }
    )
