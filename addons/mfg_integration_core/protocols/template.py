"""A vendor's API as data: what to call, how to read it, what its words mean.

A template is a YAML file; ``templates/template.schema.json`` describes it in full,
``docs/templates.md`` with examples. A new vendor needs no Python::

    template: demo_cmms
    name: Demo CMMS
    version: 1
    auth: {scheme: bearer}
    operations:
      create_work_order:
        event_type: mfg.maintenance.requested.v1
        method: POST
        path: /api/workorders
        headers: {Idempotency-Key: id}
        body: {summary: data.title, priority: "map('priority', data.priority)"}
        answer: {reference: wo_no}
        lookup: {method: GET, path: "/api/workorders?ref={id}", reference: "[0].wo_no"}
    value_maps:
      priority: {low: P4, urgent: P1}
    webhooks:
      signature: standard_webhooks
      key: wo_no
      events:
        - when: event == 'workorder.changed'
          event_type: mfg.maintenance.reported.v1
          data: {work_order: wo_no}

Everything is compiled at load; nothing here opens a connection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ..exceptions import ConfigurationError, UnknownConnectorError
from . import template_checks, template_source, template_targets, webhook_signature
from .expression import TemplateFunctions
from .template_auth import WITH_LOGIN, ConnectorView, secret_headers
from .template_conversation import Conversation
from .template_operation import Operation
from .template_poll import SourcePlan
from .template_request import Limits, PreparedRequest
from .template_session import EXTRA_CALLS, SessionKeeper, SessionPlan
from .template_surroundings import Surroundings
from .template_wait import WaitPlan
from .template_webhook import Webhook, WebhookPlan
from .value_map import IN, OUT, laid_over


class Template:
    """One vendor's API.

    :ivar key: technical name, that of the file
    :ivar name: what people call it
    :ivar operations: what can be asked of the partner, in the order of the file
    :ivar sources: lists that are polled, by name
    :ivar read_only: why nothing can be written to the partner; empty when it can
    :ivar secret_headers: lower-case names of headers never to be recorded
    :ivar value_maps: the words that the template ships with, by map
    :ivar map_uses: whether each map is looked into for what comes ``in``, for what
        goes ``out``, or for both
    :ivar map_targets: what mapped words fill, by map: ``(event type, members)`` of the
        data of events, such as ``("mfg.maintenance.reported.v1", ("state",))``
    """

    def __init__(
        self, content: Mapping, file_name: str, own_words: Mapping | None = None
    ):
        """Compile the template.

        :param own_words: words of one connector that go before the shipped ones:
            ``{"in": {map: {word: word}}, "out": ...}``
        """
        self._content, self._file_name = content, file_name
        self.value_maps: dict = content.get("value_maps", {})
        inward, functions = (
            TemplateFunctions(
                laid_over(self.value_maps, (own_words or {}).get(way, {})), file_name
            )
            for way in (IN, OUT)
        )
        auth = content["auth"]
        limits = dict(content.get("limits", {}))
        around = Surroundings(
            functions,
            auth,
            content.get("errors", {}),
            WaitPlan(limits.pop("wait", None)),
        )
        around_lists = replace(around, functions=inward)
        self.key: str = content["template"]
        self.name: str = content["name"]
        self.version: int = content["version"]
        self.read_only: str = content.get("read_only", "")
        self.limits = Limits(**limits)
        self.secret_headers = secret_headers(auth)
        self.answer_rules = around.rules(f"{file_name}, errors")
        self.operations = [
            Operation(name, spec, f"{file_name}, operations/{name}", around)
            for name, spec in content.get("operations", {}).items()
        ]
        self.sources = {
            name: SourcePlan(name, spec, f"{file_name}, sources/{name}", around_lists)
            for name, spec in content.get("sources", {}).items()
        }
        self._check = around.request(content["check"], f"{file_name}, check")
        self._session = None
        if auth["scheme"] in WITH_LOGIN:
            self._session = SessionPlan(auth, file_name, functions, self.answer_rules)
        self._webhooks = None
        if "webhooks" in content:
            self._webhooks = WebhookPlan(
                content["webhooks"], f"{file_name}, webhooks", inward
            )
        self.map_uses = {
            name: {
                way
                for way, used in ((IN, inward), (OUT, functions))
                if name in used.used_maps
            }
            for name in self.value_maps
        }
        self.map_targets = template_targets.of(content)

    def with_words(self, own_words: Mapping) -> Template:
        """The same template for a connector with words of its own."""
        return Template(self._content, self._file_name, own_words)

    @classmethod
    def load(cls, text: str, file_name: str) -> Template:
        """The template in ``text``.

        :raise ConfigurationError: names file, line, place and remedy
        """
        content, lines = template_source.read(text, file_name)
        with template_source.lines_in_errors(file_name, lines):
            template_checks.check(content, file_name)
            return cls(content, file_name)

    # ------------------------------------------------------------------
    # Out
    # ------------------------------------------------------------------

    def operation(self, name: str) -> Operation:
        """The operation of that name.

        :raise ConfigurationError: codes ``read_only``, ``unknown_operation``
        """
        if self.read_only:
            raise ConfigurationError(
                f"Nothing can be written to {self.name}: {self.read_only}",
                code="read_only",
                remedy="Remove the operation from the subscription.",
            )
        for operation in self.operations:
            if operation.name == name:
                return operation
        known = ", ".join(operation.name for operation in self.operations) or "none"
        raise ConfigurationError(
            f"The template {self.key} has no operation {name!r}, only: {known}.",
            code="unknown_operation",
            remedy="Choose another operation in the subscription.",
        )

    @property
    def calls_out(self) -> bool:
        """Whether the hub calls the partner: it writes something, or reads a list."""
        return bool(self.operations or self.sources)

    @property
    def longest_exchange_s(self) -> float:
        """The longest that an operation with all its requests may take."""
        calls = max((operation.calls for operation in self.operations), default=1)
        return (calls + self._session_calls) * self.limits.total_s

    @property
    def longest_effect_s(self) -> float:
        """Of that, the longest from the first request with an effect to the end."""
        calls = max(
            (operation.calls_after_effect for operation in self.operations), default=1
        )
        return (calls + self._session_calls) * self.limits.total_s

    @property
    def _session_calls(self) -> int:
        return EXTRA_CALLS if self._session else 0

    def session_keeper(
        self, connector: ConnectorView, learn: Callable[[str], None]
    ) -> SessionKeeper:
        """What keeps the session of one line; see :class:`SessionKeeper`."""
        return SessionKeeper(self._session, connector, learn)

    def check_request(self, connector: ConnectorView) -> PreparedRequest:
        """A harmless request that proves address and credentials."""
        return self._check.prepare({}, connector)

    def check_connection(self, talk: Conversation):
        """The partner's good answer to the check.

        :raise RetryableDeliveryError, PermanentDeliveryError: what is wrong
        """
        reply = talk.ask(self.check_request(talk.connector))
        self.answer_rules.check(reply)
        return reply

    # ------------------------------------------------------------------
    # In
    # ------------------------------------------------------------------

    @property
    def signs_webhooks_itself(self) -> bool:
        """Whether the vendor signs webhooks in a way of its own."""
        return self._webhook_plan().has_own_scheme

    def verify_webhook(
        self,
        secrets: Sequence[str],
        headers: Mapping,
        body: bytes,
        now: float,
        tolerance_s: float = webhook_signature.TOLERANCE_S,
    ) -> None:
        """See :meth:`WebhookPlan.verify`."""
        self._webhook_plan().verify(secrets, headers, body, now, tolerance_s)

    def check_webhook(self, headers: Mapping, body: bytes) -> None:
        """See :meth:`WebhookBody.check`."""
        self._webhook_plan().check(headers, body)

    def webhook_content(self, headers: Mapping, body: bytes):
        """See :meth:`WebhookPlan.content`."""
        return self._webhook_plan().content(headers, body)

    def webhook_id(self, headers: Mapping, body: bytes) -> str:
        """See :meth:`WebhookPlan.event_id`."""
        return self._webhook_plan().event_id(headers, body)

    def webhook_key(self, headers: Mapping, body: bytes) -> str:
        """See :meth:`WebhookPlan.key`."""
        return self._webhook_plan().key(headers, body)

    def kept_headers(self, headers: Mapping) -> dict[str, str]:
        """See :meth:`WebhookPlan.kept_headers`."""
        return self._webhook_plan().kept_headers(headers)

    def headers_of_trial(self, event_id: str) -> dict[str, str]:
        """See :meth:`WebhookPlan.headers_of_trial`."""
        return self._webhook_plan().headers_of_trial(event_id)

    def webhook(self, headers: Mapping, body: bytes) -> Webhook:
        """See :meth:`WebhookPlan.read`."""
        return self._webhook_plan().read(headers, body)

    def source(self, name: str) -> SourcePlan:
        """The source of that name.

        :raise ConfigurationError: code ``unknown_source``
        """
        if name not in self.sources:
            known = ", ".join(self.sources) or "none"
            raise ConfigurationError(
                f"The template {self.key} has no source {name!r}, only: {known}.",
                code="unknown_source",
            )
        return self.sources[name]

    def _webhook_plan(self) -> WebhookPlan:
        if self._webhooks is None:
            raise UnknownConnectorError(
                f"The template {self.key} of this connector reads no webhooks."
            )
        return self._webhooks
