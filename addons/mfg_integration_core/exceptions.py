"""The errors of the integration hub, named by what has to happen next.

::

    MfgIntegrationError
    ├── InvalidEventError        400  the sender corrects its event
    │   ├── UnknownEventTypeError 400
    │   ├── NotTakenError         400  of a type that only goes out
    │   ├── NotPermittedError     403  proven or not, it may not do that from there
    │   ├── UnknownConnectorError 404
    │   ├── UnknownMessageError   404
    │   ├── UnknownPathError      404
    │   ├── MethodError           405
    │   ├── IdConflictError       409  same id, other body
    │   ├── BodyTooLargeError     413
    │   ├── UnsupportedMediaError 415
    │   ├── NotOwnerError         409  another system owns what it would change
    │   ├── RateLimitError        429  the sender waits (``retry_after_s`` seconds)
    │   └── NotReadyError         503  the sender tries again later
    ├── ProofError               401  the sender proves itself
    │   ├── SignatureError        401  it checks its secret and its clock
    │   └── CredentialsError      401  it checks its key, login or token
    ├── RetryableDeliveryError   502  we try again (``retry_after`` seconds)
    ├── PermanentDeliveryError   502  a person looks
    ├── MessageExpiredError      410  nobody acts: it is of no use any more
    ├── MissingReferenceError    424  waits until the thing it names exists
    │   ├── OutOfTurnError       424  waits beside its lane for what it overtook
    │   ├── UnmappedValueError   424  waits until the value map knows the word
    │   └── UndecidedError       424  waits until an Approver has decided
    ├── GateError                409  blocked by holds that somebody can clear
    ├── ConfigurationError       500  an administrator corrects a file, key or setting
    └── LeaseLostError           500  nobody acts: another worker has the lane

Every text is written for the person who reads it in a log list: what is wrong, where,
and what to do. Pure Python: imported by ``protocols/`` and by its tests without Odoo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PROBLEM_MEDIA_TYPE = "application/problem+json"


class MfgIntegrationError(Exception):
    """Root of all errors of the suite.

    :param detail: one or two plain sentences about this occurrence
    :param code: snake case reason code, when more precise than the one of the class
    :param pointer: JSON pointer into what was sent, e.g. ``/data/good_quantity``
    :param remedy: what to do about it, when the detail does not say it already
    """

    status = 500
    title = "Integration error"
    code = "integration_error"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        pointer: str | None = None,
        remedy: str | None = None,
    ):
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.pointer = pointer
        self.remedy = remedy

    def as_problem(self, instance: str | None = None) -> dict:
        """The problem document that an HTTP client gets.

        :param instance: URI of this occurrence, e.g. the route of the stored event
        :return: ``{"type", "title", "status", "detail", "code"}`` and, when known,
            ``pointer``, ``remedy`` and ``instance``
        Source: RFC 9457, section 3.
        """
        problem = {
            "type": f"urn:mfg:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        optional = {
            "pointer": self.pointer,
            "remedy": self.remedy,
            "instance": instance,
        }
        problem.update({name: value for name, value in optional.items() if value})
        return problem


# ------------------------------------------------------------------
# What came in
# ------------------------------------------------------------------


def in_full(error: Exception) -> str:
    """What is wrong and, where the error knows it, what to do about it."""
    detail = str(error)
    remedy = getattr(error, "remedy", None)
    if not remedy:
        return detail
    end = "" if detail.endswith((".", "!", "?")) else "."
    return f"{detail}{end} {remedy}"


class InvalidEventError(MfgIntegrationError):
    """The event cannot be taken as it is; sending it again changes nothing."""

    status = 400
    title = "Invalid event"
    code = "invalid_event"


class UnknownEventTypeError(InvalidEventError):
    """No installed contract has this event type."""

    title = "Unknown event type"
    code = "unknown_event_type"


class NotTakenError(InvalidEventError):
    """The event is of a type that is sent from here and not taken in."""

    title = "Event type not taken in"
    code = "type_not_taken"


class NotPermittedError(InvalidEventError):
    """The caller is not let do that, or not from where it calls.

    Codes: ``address_refused``, ``door_refused``, ``type_refused``.
    """

    status = 403
    title = "Not permitted"
    code = "not_permitted"


class UnknownConnectorError(InvalidEventError):
    """No live connector answers to the code in the address."""

    status = 404
    title = "Unknown connector"
    code = "unknown_connector"


class UnknownMessageError(InvalidEventError):
    """No event was stored under this uuid."""

    status = 404
    title = "Unknown message"
    code = "unknown_message"


class UnknownPathError(InvalidEventError):
    """Nothing answers at this address."""

    status = 404
    title = "Unknown address"
    code = "unknown_path"


class MethodError(InvalidEventError):
    """The address is right and takes other methods.

    :param allowed: the methods that it takes
    """

    status = 405
    title = "Method not allowed"
    code = "method_not_allowed"

    def __init__(self, detail: str, allowed: Sequence[str] = ("POST",), **more):
        super().__init__(detail, **more)
        self.allowed = tuple(allowed)


class IdConflictError(InvalidEventError):
    """The id was used before for another body."""

    status = 409
    title = "Event id already used"
    code = "id_conflict"


class BodyTooLargeError(InvalidEventError):
    """The body, as sent or once decompressed, is over the limit of the connector."""

    status = 413
    title = "Body too large"
    code = "body_too_large"


class UnsupportedMediaError(InvalidEventError):
    """Media type, charset or content coding that the door does not read."""

    status = 415
    title = "Unsupported media type"
    code = "unsupported_media"


class RateLimitError(InvalidEventError):
    """More events than the connector may send in a minute.

    :param retry_after_s: seconds to wait before anything is taken again
    """

    status = 429
    title = "Too many events"
    code = "rate_limited"

    def __init__(self, detail: str, retry_after_s: int = 1, **more):
        super().__init__(detail, **more)
        self.retry_after_s = retry_after_s


class NotReadyError(InvalidEventError):
    """The hub cannot do it now; the partner tries again.

    :param retry_after_s: seconds to wait before, when they are known
    """

    status = 503
    title = "Not ready"
    code = "not_ready"

    def __init__(self, detail: str, retry_after_s: int | None = None, **more):
        super().__init__(detail, **more)
        self.retry_after_s = retry_after_s


class ProofError(MfgIntegrationError):
    """The request does not prove its sender.

    :param challenge: value of the answer's ``WWW-Authenticate``, which every 401 has
        (RFC 9110, section 15.5.2), when more precise than the one of the class
    """

    status = 401
    title = "Not proven"
    code = "not_proven"
    challenge = "Bearer"

    def __init__(self, detail: str, challenge: str | None = None, **more):
        super().__init__(detail, **more)
        self.challenge = challenge or type(self).challenge


class SignatureError(ProofError):
    """The request is not proven to come from the connector's partner.

    Codes: ``signature_missing``, ``signature_malformed``, ``signature_wrong``,
    ``signature_stale``, ``secret_malformed`` (our own secret, not the header).
    """

    title = "Signature refused"
    code = "signature_wrong"
    # No registered scheme is a signature over a body with a shared secret.
    challenge = "Webhook-Signature"


class CredentialsError(ProofError):
    """The request does not prove its sender by key, login or token.

    Codes: ``credentials_missing``, ``credentials_malformed``, ``key_wrong``,
    ``login_wrong``, ``token_malformed``, ``token_key_unknown``, ``token_expired``,
    ``token_wrong``.
    """

    title = "Credentials refused"
    code = "credentials_missing"


# ------------------------------------------------------------------
# What goes out
# ------------------------------------------------------------------


class RetryableDeliveryError(MfgIntegrationError):
    """The partner did not take the message this time; the lane tries again.

    :param retry_after: seconds the partner asked us to wait, if it did
    """

    status = 502
    title = "Delivery failed for now"
    code = "delivery_failed"

    def __init__(self, detail: str, retry_after: float | None = None, **more):
        super().__init__(detail, **more)
        self.retry_after = retry_after


class PermanentDeliveryError(MfgIntegrationError):
    """The partner will never take the message as it is; a person looks at it."""

    status = 502
    title = "Delivery refused"
    code = "delivery_refused"


class MessageExpiredError(MfgIntegrationError):
    """The time to live of the message is over; it is not sent (again)."""

    status = 410
    title = "Expired"
    code = "expired"


# ------------------------------------------------------------------
# What it means
# ------------------------------------------------------------------


class MissingReferenceError(MfgIntegrationError):
    """The event names a thing that is not known yet, so it waits.

    :param model: technical name of the model that was searched
    :param key: what it was searched by, as the sender wrote it
    """

    status = 424
    title = "Waiting for a missing reference"
    code = "missing_reference"

    def __init__(
        self, detail: str, model: str | None = None, key: str | None = None, **more
    ):
        super().__init__(detail, **more)
        self.model = model
        self.key = key


class OutOfTurnError(MissingReferenceError):
    """The event overtook what it is about; it waits beside its lane, not in it.

    What it waits for may well stand behind it. Once the connector's retry plan is over
    and that has not come, it is a dead letter, which blocks nothing but itself.
    """

    title = "Came before what it is about"
    code = "out_of_turn"


class UnmappedValueError(MissingReferenceError):
    """A word that a value map does not know; never guessed.

    :param value_map: name of the map; None where a template alone can say it
    :param word: what was looked up in it
    """

    title = "Waiting for a value mapping"
    code = "unmapped_value"

    def __init__(
        self,
        detail: str,
        value_map: str | None = None,
        word: str | None = None,
        **more,
    ):
        if value_map:
            more |= {"model": VALUE_MAP, "key": waiting_key(value_map, word or "")}
        super().__init__(detail, **more)
        self.value_map = value_map
        self.word = word


@dataclass(frozen=True)
class Conflict:
    """A value that a system wants to set although another one owns it.

    ``target`` is the name of a field, or ``state``; ``label`` is what people call it;
    ``old`` and ``wanted`` are the values as people read them. ``owner`` is the id of a
    connector, 0 for Odoo; ``rule_id`` that of the row of ``mfg.ownership``.
    """

    model: str
    record_id: int
    name: str
    target: str
    label: str
    old: str
    wanted: str
    rule_id: int
    owner: int
    owner_name: str
    is_queued: bool

    def words(self) -> dict[str, str]:
        """Values for sentences about it."""
        return {
            "document": self.name,
            "field": self.label.lower(),
            "owner": self.owner_name,
            "wanted": self.wanted or "-",
        }


class NotOwnerError(InvalidEventError):
    """The event would change what another system owns.

    :param conflicts: what it would change
    """

    status = 409
    title = "Owned by another system"
    code = "not_the_owner"

    def __init__(self, detail: str, conflicts: Sequence[Conflict] = (), **more):
        super().__init__(detail, **more)
        self.conflicts = tuple(conflicts)


class UndecidedError(MissingReferenceError):
    """As :class:`NotOwnerError`, but an Approver decides, and the event waits for it.

    :param conflicts: what is to be decided
    """

    title = "Waiting for a decision"
    code = "undecided"

    def __init__(self, detail: str, conflicts: Sequence[Conflict] = (), **more):
        super().__init__(detail, model=DECISION, **more)
        self.conflicts = tuple(conflicts)


#: Model whose records decide about what an event wants.
DECISION = "mfg.decision"
#: Model whose entries say what a word means.
VALUE_MAP = "mfg.value.map"


def waiting_key(value_map: str, word: str) -> str:
    """By what an event or message is found again once somebody maps its word."""
    return f"{value_map}:{word[:100]}"


class GateError(MfgIntegrationError):
    """An Odoo action is refused because holds stand against it.

    :param holds: the holds, as the caller describes them (records or texts)
    """

    status = 409
    title = "Blocked"
    code = "blocked"

    def __init__(self, detail: str, holds: Sequence = (), **more):
        super().__init__(detail, **more)
        self.holds = holds


class ConfigurationError(MfgIntegrationError):
    """A template, contract, key or setting of this installation is wrong."""

    title = "Configuration error"
    code = "configuration"


class LeaseLostError(MfgIntegrationError):
    """The lane was taken over meanwhile; what this worker found out is dropped."""

    title = "Lease lost"
    code = "lease_lost"
