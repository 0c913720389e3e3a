"""What the doors for fetching partners take and answer, for the OpenAPI document."""

from __future__ import annotations

from ..exceptions import (
    IdConflictError,
    InvalidEventError,
    NotReadyError,
    RateLimitError,
    UnknownConnectorError,
)
from . import cloudevents
from .openapi import (
    RATE_HEADERS,
    Operation,
    Refusal,
    closed,
    json_answer,
    reference,
)
from .outbox_page import (
    DEFAULT_LIMIT,
    LONGEST_REFERENCE,
    MOST_ACKNOWLEDGEMENTS,
    MOST_MESSAGES,
    write_cursor,
)

_TEXT = {"type": "string"}
_ID = "47288a0a-ab12-46ef-b26e-03c159a514e7"
_NO_OUTBOX = Refusal(UnknownConnectorError, ("unknown_connector", "no_outbox"))
_PAGE = {"events": [], "cursor": write_cursor(1207), "more": False}
_PARAMETERS = (
    {
        "name": "after",
        "in": "query",
        "description": "The `cursor` of the page before; without it, from the oldest.",
        "schema": _TEXT,
        "example": write_cursor(1207),
    },
    {
        "name": "limit",
        "in": "query",
        "schema": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_MESSAGES,
            "default": DEFAULT_LIMIT,
        },
    },
)


def operations(signed, body, security, limits, parameters) -> dict[str, Operation]:
    """The two operations by the names of the methods that answer.

    :param signed: refusals of every signed door
    :param body: refusals of every door with a body
    :param security: Security Requirement Objects
    :param limits: extension ``x-limits``
    :param parameters: Parameter Objects of every door with a body
    """
    return {
        "outbox": Operation(
            tag="Doors",
            summary="Messages that the partner fetches",
            description="Who signs, signs an empty body. A message is on every page"
            " until it is acknowledged.",
            parameters=_PARAMETERS,
            answers={
                200: json_answer(
                    "A page of messages, each lane in its order",
                    reference("schemas", "OutboxPage"),
                    _PAGE,
                    RATE_HEADERS,
                )
            },
            refusals=(
                _NO_OUTBOX,
                *signed,
                Refusal(InvalidEventError, ("bad_cursor", "bad_limit")),
                Refusal(RateLimitError),
                Refusal(NotReadyError, ("paused", "not_armed")),
            ),
            security=security,
        ),
        "acknowledge": Operation(
            tag="Doors",
            summary="Messages that the partner has, with its own numbers",
            description="The first acknowledgement of a message decides; the same again"
            " is answered alike.",
            parameters=parameters,
            body={
                "required": True,
                "content": {
                    cloudevents.PLAIN_MEDIA_TYPE: {
                        "schema": reference("schemas", "Acknowledgements"),
                        "example": {
                            "acknowledgements": [{"id": _ID, "reference": "WO-4711"}]
                        },
                    }
                },
            },
            answers={
                200: json_answer(
                    "One result per acknowledgement, in order",
                    reference("schemas", "AcknowledgementResults"),
                    {"results": [_TAKEN, _CONFLICT]},
                    RATE_HEADERS,
                )
            },
            refusals=(
                _NO_OUTBOX,
                *signed,
                Refusal(InvalidEventError, ("bad_acknowledgement",)),
                *body,
                Refusal(NotReadyError, ("not_armed",)),
            ),
            security=security,
            more={"x-limits": limits},
        ),
    }


_TAKEN = {"id": _ID, "reference": "WO-4711", "status": "acknowledged"}
_CONFLICT = {
    "id": _ID,
    "status": "conflict",
    "problem": IdConflictError(
        "This message was acknowledged before, as WO-4711.",
        code="acknowledged_differently",
        pointer="/reference",
    ).as_problem(),
}


def schemas() -> dict[str, dict]:
    """Schemas of what the two doors take and answer."""
    name = {"type": "string", "minLength": 1, "maxLength": LONGEST_REFERENCE}
    acknowledgement = {
        "type": "object",
        "required": ["id", "reference"],
        "properties": {"id": name, "reference": name},
    }
    taken = {"id": name, "reference": name, "status": {"const": "acknowledged"}}
    refused = {
        "id": name,
        "status": {"enum": ["conflict", "unknown", "invalid"]},
        "problem": reference("schemas", "Problem"),
    }
    return {
        "OutboxPage": closed(
            {
                "events": {
                    "type": "array",
                    "items": reference("schemas", "CloudEvent"),
                },
                "cursor": _TEXT,
                "more": {"type": "boolean"},
            }
        ),
        "Acknowledgements": {
            "type": "object",
            "required": ["acknowledgements"],
            "properties": {
                "acknowledgements": {
                    "type": "array",
                    "items": acknowledgement,
                    "maxItems": MOST_ACKNOWLEDGEMENTS,
                }
            },
        },
        "AcknowledgementResults": closed(
            {
                "results": {
                    "type": "array",
                    "items": {"oneOf": [closed(taken), closed(refused, ("id",))]},
                }
            }
        ),
    }
