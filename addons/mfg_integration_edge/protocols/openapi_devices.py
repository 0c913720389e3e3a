"""What the door for devices takes and answers, for the OpenAPI document."""

from __future__ import annotations

from odoo.addons.mfg_integration_core.exceptions import (
    IdConflictError,
    InvalidEventError,
    NotPermittedError,
    RateLimitError,
    UnknownConnectorError,
)
from odoo.addons.mfg_integration_core.protocols import cloudevents, openapi_doors
from odoo.addons.mfg_integration_core.protocols.openapi import (
    RATE_HEADERS,
    Operation,
    Refusal,
    closed,
    json_answer,
    reference,
)

from .device_enrolment import LONGEST_NAME, LONGEST_SOURCE

#: What a device with a key of its own is refused besides, at the door for its events.
OF_DEVICES = (
    Refusal(
        NotPermittedError, ("device_not_approved", "device_refused", "source_refused")
    ),
)
_DIGEST = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"


def enrolment(body_limit: int, hard_limit: int) -> Operation:
    """The operation of the method ``enrol``."""
    return openapi_doors.proven_door(
        "A device asks to be let in",
        "Proven as the connector's partner. The device makes its key itself, 256 random"
        " bits or more as text, and sends only its hash; `waiting` until an Approver"
        " has decided, who compares the fingerprint. The same again is answered alike."
        " With `Authorization: Bearer <the key>` the device then sends its events.",
        {
            "required": True,
            "content": {
                cloudevents.PLAIN_MEDIA_TYPE: {
                    "schema": reference("schemas", "Enrolment"),
                    "example": {
                        "source": "/plant/line-1/gateway",
                        "key_sha256": _DIGEST,
                        "name": "Gateway of line 1",
                    },
                }
            },
        },
        {
            202: json_answer(
                "How it stands",
                reference("schemas", "EnrolmentState"),
                {
                    "source": "/plant/line-1/gateway",
                    "state": "waiting",
                    "fingerprint": "b94d 27b9 934d 3e08",
                },
                RATE_HEADERS,
            )
        },
        (
            Refusal(UnknownConnectorError),
            Refusal(InvalidEventError, ("bad_application", "no_device_keys")),
            Refusal(NotPermittedError, ("device_refused", "device_revoked")),
            Refusal(IdConflictError, ("key_known", "enrolment_waiting")),
            Refusal(RateLimitError, ("too_many_waiting",)),
        ),
        body_limit,
        hard_limit,
    )


def schemas() -> dict[str, dict]:
    """Schemas of what the door takes and answers."""
    source = {"type": "string", "minLength": 1, "maxLength": LONGEST_SOURCE}
    return {
        "Enrolment": {
            **closed(
                {
                    "source": source,
                    "key_sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                    "name": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": LONGEST_NAME,
                    },
                },
                ("name",),
            ),
        },
        "EnrolmentState": closed(
            {
                "source": source,
                "state": {"enum": ["waiting", "approved"]},
                "fingerprint": {"type": "string"},
            }
        ),
    }
