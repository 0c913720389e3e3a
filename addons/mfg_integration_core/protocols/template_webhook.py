"""A vendor's own webhooks, read as a template describes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..exceptions import ConfigurationError, InvalidEventError
from . import (
    cloudevents,
    http_headers,
    rfc3339,
    webhook_scheme,
    webhook_signature,
)
from .expression import Expression, ExpressionError, TemplateFunctions, compile_tree
from .webhook_body import JSON, WebhookBody

STANDARD = "standard_webhooks"
_ID_HEADER = "webhook-id"


@dataclass(frozen=True)
class Webhook:
    """A webhook in our terms.

    :param event_type: None when the template has no rule for it, so it is ignored
    :param event_id: the same for a repetition of the same webhook
    :param key: webhooks of one key are handled in order
    :param time: when it happened, in UTC; None when the vendor does not say
    :param data: as the contract of ``event_type`` wants it
    """

    event_type: str | None
    event_id: str
    key: str
    time: datetime | None
    data: dict


class WebhookPlan:
    """How webhooks are proven and read.

    :param spec: the ``webhooks`` section of the template
    :param where: file and path for error texts
    """

    def __init__(self, spec: Mapping, where: str, functions: TemplateFunctions):
        def compiled(section: Mapping, name: str, place: str) -> Expression | None:
            text = section.get(name)
            return text and Expression(text, f"{place}/{name}", functions)

        signature = spec["signature"]
        own = [] if signature == STANDARD else signature
        self._schemes = [own] if isinstance(own, Mapping) else own
        self._body = WebhookBody(spec.get("body", JSON))
        own_id = spec.get("id")
        self._id_header = _ID_HEADER
        if isinstance(own_id, Mapping):
            self._id, self._id_header = None, own_id["header"]
        else:
            self._id = compiled(spec, "id", where)
        self._key = compiled(spec, "key", where)
        self._time = compiled(spec, "time", where)
        self._rules = [
            _Rule(
                when=compiled(rule, "when", f"{where}/events/{number}"),
                event_type=rule["event_type"],
                data=compile_tree(
                    rule["data"], f"{where}/events/{number}/data", functions
                ),
            )
            for number, rule in enumerate(spec["events"])
        ]
        if self._schemes and not own_id:
            raise ConfigurationError(
                f"{where}/id is missing: only Standard Webhooks bring an id of their "
                "own. Name what tells one webhook from another.",
                code="bad_template",
            )

    @property
    def has_own_scheme(self) -> bool:
        """Whether webhooks are signed in another way than Standard Webhooks."""
        return bool(self._schemes)

    def verify(
        self,
        secrets: Sequence[str],
        headers: Mapping,
        body: bytes,
        now: float,
        tolerance_s: float,
    ) -> None:
        """Return when the webhook is signed as the template says.

        :param tolerance_s: clock skew allowed where the scheme names none of its own
        :raise SignatureError: it is not
        """
        if self._schemes:
            schemes = [{"tolerance_s": tolerance_s, **each} for each in self._schemes]
            webhook_scheme.verify(schemes, secrets, headers, body, now)
        else:
            webhook_signature.verify(secrets, headers, body, now, tolerance_s)

    def check(self, headers: Mapping, body: bytes) -> None:
        """See :meth:`WebhookBody.check`."""
        self._body.check(headers, body)

    def content(self, headers: Mapping, body: bytes):
        """What the template's expressions see; see :meth:`WebhookBody.read`."""
        return self._body.read(headers, body)

    def event_id(self, headers: Mapping, body: bytes) -> str:
        """The id under which the webhook is stored; a repetition has the same.

        :raise InvalidEventError: the webhook cannot be read, or has no id
        """
        return self._event_id(headers, self.content(headers, body))

    def key(self, headers: Mapping, body: bytes) -> str:
        """The ordering key: the template's ``key``, else the id, which orders nothing.

        :raise InvalidEventError: the webhook cannot be read
        """
        return self._ordering_key(headers, self.content(headers, body))

    def kept_headers(self, headers: Mapping) -> dict[str, str]:
        """The headers that reading the webhook later still needs; no secrets."""
        value = http_headers.find(headers, self._id_header)
        kept = self._body.kept_headers(headers)
        return {**kept, self._id_header: value} if value else kept

    def headers_of_trial(self, event_id: str) -> dict[str, str]:
        """The headers without which a body that a person pastes has no id."""
        return {self._id_header: event_id}

    def read(self, headers: Mapping, body: bytes) -> Webhook:
        """The webhook in our terms; the first rule whose ``when`` holds decides.

        :raise InvalidEventError: code ``mapping_failed``, or those of :meth:`content`
        :raise UnmappedValueError: a word that a value map does not know
        """
        content = self.content(headers, body)
        event_id = self._event_id(headers, content)
        key, time = self._ordering_key(headers, content), self._moment(content)
        for rule in self._rules:
            if _evaluated(rule.when.value, content):
                data = _evaluated(rule.data, content) or {}
                return Webhook(rule.event_type, event_id, key, time, data)
        return Webhook(None, event_id, key, time, {})

    def _event_id(self, headers: Mapping, content) -> str:
        if self._id:
            event_id = _evaluated(self._id.text, content)
        else:
            event_id = http_headers.find(headers, self._id_header)
        return _bounded(event_id, "id")

    def _ordering_key(self, headers: Mapping, content) -> str:
        key = self._key and _evaluated(self._key.text, content)
        return _bounded(key, "subject") if key else self._event_id(headers, content)

    def _moment(self, content) -> datetime | None:
        text = self._time and _evaluated(self._time.text, content)
        if not text:
            return None
        try:
            return rfc3339.parse_storable(text)
        except ValueError as error:
            raise _mapping_failed(f"{self._time.where}: {error}") from error


@dataclass(frozen=True)
class _Rule:
    when: Expression
    event_type: str
    data: object


def _evaluated(find, content):
    try:
        return find(content)
    except ExpressionError as error:
        raise _mapping_failed(str(error)) from error


def _bounded(text: str | None, attribute: str) -> str:
    longest = cloudevents.MAX_LENGTH[attribute]
    if not text or len(text) > longest:
        raise _mapping_failed(f"its {attribute} must have 1 to {longest} characters")
    return text


def _mapping_failed(why: str) -> InvalidEventError:
    return InvalidEventError(
        f"The webhook cannot be read as the template says. {why}.",
        code="mapping_failed",
    )
