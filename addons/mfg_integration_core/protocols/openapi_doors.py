"""What core's doors take and answer, for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterable

from ..exceptions import (
    BodyTooLargeError,
    ConfigurationError,
    CredentialsError,
    IdConflictError,
    InvalidEventError,
    MethodError,
    NotPermittedError,
    NotTakenError,
    RateLimitError,
    SignatureError,
    UnknownConnectorError,
    UnknownEventTypeError,
    UnknownMessageError,
    UnknownPathError,
    UnsupportedMediaError,
)
from . import cloudevents, openapi_outbox, prometheus, strict_form
from .openapi import (
    DEPRECATION_HEADERS,
    RATE_HEADERS,
    Operation,
    Refusal,
    answer,
    json_answer,
    one_of_types,
    reference,
    type_examples,
)

SECURITY_SCHEMES = {
    name: {"type": "apiKey", "in": "header", "name": name, "description": description}
    for name, description in (
        ("webhook-id", "Standard Webhooks: 1 to 256 visible ASCII characters."),
        ("webhook-timestamp", "Standard Webhooks: epoch seconds, 5 minutes around now"),
        ("webhook-signature", "v1,<base64> of HMAC-SHA256 over <id>.<seconds>.<body>"),
    )
} | {
    "metrics_token": {"type": "http", "scheme": "bearer"},
    "api_key": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key of the connector: mfgk_... It may be limited to"
        " doors, event types and addresses, and it may end.",
    },
    "jwt": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of the plant's identity provider",
    },
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "User and generated password, where the connector allows it",
    },
}
#: All three headers, together.
STANDARD_WEBHOOKS = {
    "webhook-id": [],
    "webhook-timestamp": [],
    "webhook-signature": [],
}
#: One of these; the administrator chooses on the connector which.
PROOFS = (STANDARD_WEBHOOKS, {"api_key": []}, {"jwt": []}, {"basic": []})
_TOKEN = {"metrics_token": []}

_SIGNATURE_CODES = (
    "signature_missing",
    "signature_malformed",
    "signature_wrong",
    "signature_stale",
    "secret_missing",
    "secret_malformed",
)
_CREDENTIALS_CODES = (
    "credentials_missing",
    "credentials_malformed",
    "key_wrong",
    "login_wrong",
    "token_malformed",
    "token_key_unknown",
    "token_expired",
    "token_wrong",
)
_SEALED = Refusal(ConfigurationError, ("no_key", "bad_key", "secret_unreadable"))
_SIGNED = (
    Refusal(SignatureError, _SIGNATURE_CODES),
    Refusal(CredentialsError, _CREDENTIALS_CODES),
    Refusal(NotPermittedError, ("address_refused", "door_refused")),
    _SEALED,
)
_BODY = (
    Refusal(
        InvalidEventError,
        ("not_json", "repeated_member", "not_storable", "bad_encoding"),
    ),
    Refusal(BodyTooLargeError),
    Refusal(RateLimitError),
    Refusal(
        UnsupportedMediaError,
        ("unsupported_media", "unsupported_charset", "unsupported_encoding"),
    ),
    Refusal(MethodError),
)
#: A key may be limited to some types of events.
_TYPES = Refusal(NotPermittedError, ("type_refused",))
#: An id stands for one body.
_SAME_ID = Refusal(IdConflictError)
_EVENT = (
    Refusal(InvalidEventError, ("not_an_event", "bad_envelope", "schema_violation")),
    Refusal(UnknownEventTypeError),
)
_CODING = {
    "name": "Content-Encoding",
    "in": "header",
    "schema": {"enum": ["identity", "gzip", "x-gzip", "deflate"]},
}
_TRACE = {"name": "traceparent", "in": "header", "schema": {"type": "string"}}
_RESULT = {
    "id": "ping-1",
    "uuid": "47288a0a-ab12-46ef-b26e-03c159a514e7",
    "status": "accepted",
}
_PUBLIC_TAG = "Reading"
_DOOR_TAG = "Doors"


# ------------------------------------------------------------------
# Doors for events
# ------------------------------------------------------------------


def event_door(
    summary: str,
    types: Iterable[str],
    body_limit: int,
    hard_limit: int,
    *,
    max_events: int | None = None,
    reads_trace_header: bool = True,
    more: tuple[Refusal, ...] = (),
) -> Operation:
    """A door for CloudEvents, one or several; used by every addon that has one.

    :param types: the event types it takes
    :param body_limit: bytes, unless the connector says otherwise
    :param hard_limit: bytes that no connector may exceed
    :param max_events: events per request, when they are counted
    :param more: what this door refuses beyond what all of them do
    """
    limits = _limits(body_limit, hard_limit)
    refusals = (
        Refusal(UnknownConnectorError),
        *_SIGNED,
        *_EVENT,
        _TYPES,
        *more,
        *_BODY,
        _SAME_ID,
    )
    if max_events:
        limits["maxEvents"] = max_events
        refusals += (Refusal(BodyTooLargeError, ("batch_too_large",)),)
    return Operation(
        tag=_DOOR_TAG,
        summary=summary,
        description="202 means kept, not done. The same id and body again is"
        " `duplicate` and has no second effect.",
        parameters=(_CODING, _TRACE) if reads_trace_header else (_CODING,),
        body=_event_body(sorted(types), max_events),
        answers={202: _kept()},
        refusals=refusals,
        security=PROOFS,
        more={"x-limits": limits},
    )


def proven_door(
    summary: str,
    description: str,
    body: dict,
    answers: dict,
    refusals: tuple[Refusal, ...],
    body_limit: int,
    hard_limit: int,
) -> Operation:
    """A door for a JSON body that is no event, from a proven partner.

    :param body: Request Body Object
    :param answers: Response Objects by status
    :param refusals: what it refuses beyond what all doors with a proof and a body do
    """
    return Operation(
        tag=_DOOR_TAG,
        summary=summary,
        description=description,
        parameters=(_CODING,),
        body=body,
        answers=answers,
        refusals=(*refusals, *_SIGNED, *_BODY),
        security=PROOFS,
        more={"x-limits": _limits(body_limit, hard_limit)},
    )


def _event_body(types: list[str], max_events: int | None) -> dict:
    single = one_of_types(types)
    batch = {"type": "array", "items": single}
    if max_events:
        batch["maxItems"] = max_events
    return {
        "required": True,
        "content": {
            cloudevents.MEDIA_TYPE: {
                "schema": single,
                "examples": type_examples(types),
            },
            cloudevents.BATCH_MEDIA_TYPE: {"schema": batch},
            cloudevents.NDJSON_MEDIA_TYPE: {
                "schema": {"type": "string", "description": "One event per line."}
            },
            cloudevents.PLAIN_MEDIA_TYPE: {"schema": {"anyOf": [single, batch]}},
        },
    }


def _kept() -> dict:
    schemas = [reference("schemas", name) for name in ("Result", "BatchResult")]
    response = json_answer(
        "Kept; one result per event",
        {"anyOf": schemas},
        headers=RATE_HEADERS | DEPRECATION_HEADERS,
    )
    examples = {
        "single": {"value": _RESULT},
        "batch": {"value": {"results": [_RESULT, _REFUSED]}},
    }
    response["content"]["application/json"]["examples"] = examples
    return response


def _limits(body_limit: int, hard_limit: int) -> dict:
    return {"maxBodyBytes": body_limit, "hardMaxBodyBytes": hard_limit}


_REFUSED = {
    "id": "ping-2",
    "status": "invalid",
    "problem": InvalidEventError(
        "`note` must be text.", code="schema_violation", pointer="/data/note"
    ).as_problem(),
}


def _hook(body_limit: int, hard_limit: int) -> Operation:
    return Operation(
        tag=_DOOR_TAG,
        summary="A vendor's own webhook, mapped by its template",
        description="Signed and written as the template of the connector says: a form"
        " only where it says so, JSON everywhere else. Where the template names no"
        " signature of the vendor's own, proven as at the other doors.",
        parameters=(_CODING, _TRACE),
        body=_hook_body(),
        answers={
            202: json_answer(
                "Kept", reference("schemas", "Result"), _RESULT, RATE_HEADERS
            )
        },
        refusals=(
            Refusal(UnknownConnectorError, ("unknown_connector", "no_webhooks")),
            *_SIGNED,
            _TYPES,
            *_BODY,
            Refusal(InvalidEventError, ("not_form",)),
            _SAME_ID,
        ),
        more={"x-limits": _limits(body_limit, hard_limit)},
    )


def _hook_body() -> dict:
    form = {"type": "object", "additionalProperties": {"type": "string"}}
    return {
        "required": True,
        "content": {
            cloudevents.PLAIN_MEDIA_TYPE: {"schema": {}},
            strict_form.MEDIA_TYPE: {"schema": form},
        },
    }


# ------------------------------------------------------------------
# All of core's
# ------------------------------------------------------------------


def operations(
    types: Iterable[str], body_limit: int, hard_limit: int
) -> dict[str, Operation]:
    """Core's operations by the names of the methods that answer."""
    return {
        "events": event_door(
            "One event or a batch",
            types,
            body_limit,
            hard_limit,
            more=(Refusal(NotTakenError),),
        ),
        "hook": _hook(body_limit, hard_limit),
        **openapi_outbox.operations(
            _SIGNED,
            _BODY,
            PROOFS,
            _limits(body_limit, hard_limit),
            (_CODING,),
        ),
        "message": Operation(
            tag=_PUBLIC_TAG,
            summary="How far an event came",
            description="Asked by the event's sender; who signs, signs an empty body.",
            answers={200: json_answer("Progress", reference("schemas", "Progress"))},
            refusals=(Refusal(UnknownMessageError), *_SIGNED),
            security=PROOFS,
        ),
        "contracts": Operation(
            tag=_PUBLIC_TAG,
            summary="Event types",
            answers={200: json_answer("All types", reference("schemas", "Contracts"))},
        ),
        "contract": Operation(
            tag=_PUBLIC_TAG,
            summary="JSON Schema and example of an event type",
            answers={
                200: json_answer(
                    "The contract",
                    reference("schemas", "Contract"),
                    headers=DEPRECATION_HEADERS,
                )
            },
            refusals=(Refusal(UnknownEventTypeError, status=404),),
        ),
        "health": Operation(
            tag=_PUBLIC_TAG,
            summary="Whether the hub moves",
            answers={
                200: json_answer("It does", reference("schemas", "Health")),
                503: json_answer("Nobody works", reference("schemas", "Health")),
            },
        ),
        "metrics": Operation(
            tag=_PUBLIC_TAG,
            summary="What Prometheus scrapes",
            answers={
                200: answer("Metrics", prometheus.CONTENT_TYPE, {"type": "string"}),
            },
            refusals=(
                Refusal(CredentialsError, ("token_wrong",)),
                # Where the deployment sets no token there is no such page.
                Refusal(UnknownPathError),
            ),
            security=(_TOKEN,),
        ),
        "openapi": Operation(
            tag=_PUBLIC_TAG,
            summary="This document",
            answers={
                200: json_answer(
                    "OpenAPI 3.1",
                    {"type": "object", "required": ["openapi", "info", "paths"]},
                    headers={"ETag": {"schema": {"type": "string"}}},
                ),
                304: {"description": "Unchanged since the `If-None-Match` sent."},
            },
        ),
    }
