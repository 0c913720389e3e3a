"""A vendor's API as data: what to call, how to read it, what its words mean.

A template is a YAML file; ``templates/template.schema.json`` describes it in full and
the head of ``expression.py`` lists the functions. A new vendor needs no Python::

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

from collections.abc import Mapping, Sequence

from ..exceptions import ConfigurationError, UnknownConnectorError
from . import template_answer, template_source, webhook_signature
from .expression import Expression, TemplateFunctions
from .template_answer import Answer
from .template_poll import SourcePlan
from .template_request import (
    ConnectorView,
    Limits,
    PreparedRequest,
    RequestPlan,
    secret_headers,
)
from .template_webhook import Webhook, WebhookPlan


class Template:
    """One vendor's API.

    :ivar key: technical name, that of the file
    :ivar name: what people call it
    :ivar operations: what can be asked of the partner, in the order of the file
    :ivar sources: lists that are polled, by name
    """

    def __init__(self, content: Mapping, file_name: str):
        functions = TemplateFunctions(content.get("value_maps", {}), file_name)
        auth = content["auth"]
        self.key: str = content["template"]
        self.name: str = content["name"]
        self.version: int = content["version"]
        self.limits = Limits(**content.get("limits", {}))
        self.secret_headers = secret_headers(auth)
        self.operations = [
            Operation(name, spec, f"{file_name}, operations/{name}", functions, auth)
            for name, spec in content.get("operations", {}).items()
        ]
        self.sources = {
            name: SourcePlan(
                name, spec, f"{file_name}, sources/{name}", functions, auth
            )
            for name, spec in content.get("sources", {}).items()
        }
        self._check = RequestPlan(
            content["check"], f"{file_name}, check", functions, auth
        )
        self._webhooks = None
        if "webhooks" in content:
            self._webhooks = WebhookPlan(
                content["webhooks"], f"{file_name}, webhooks", functions
            )

    @classmethod
    def load(cls, text: str, file_name: str) -> Template:
        """The template in ``text``.

        :raise ConfigurationError: names file, place and remedy
        """
        return cls(template_source.read(text, file_name), file_name)

    # ------------------------------------------------------------------
    # Out
    # ------------------------------------------------------------------

    def operation(self, name: str) -> Operation:
        """The operation of that name.

        :raise ConfigurationError: code ``unknown_operation``
        """
        for operation in self.operations:
            if operation.name == name:
                return operation
        known = ", ".join(operation.name for operation in self.operations) or "none"
        raise ConfigurationError(
            f"The template {self.key} has no operation {name!r}, only: {known}.",
            code="unknown_operation",
            remedy="Choose another operation in the subscription.",
        )

    def check_request(self, connector: ConnectorView) -> PreparedRequest:
        """A harmless request that proves address and credentials."""
        return self._check.prepare({}, connector)

    def read_check(self, status: int, headers: Mapping, body: bytes) -> None:
        """Return when the answer to the check is good.

        :raise RetryableDeliveryError, PermanentDeliveryError: what is wrong
        """
        template_answer.check_status(status, headers, body)

    # ------------------------------------------------------------------
    # In
    # ------------------------------------------------------------------

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

    def webhook_id(self, headers: Mapping, body: bytes) -> str:
        """See :meth:`WebhookPlan.event_id`."""
        return self._webhook_plan().event_id(headers, body)

    def webhook_key(self, headers: Mapping, body: bytes) -> str:
        """See :meth:`WebhookPlan.key`."""
        return self._webhook_plan().key(headers, body)

    def kept_headers(self, headers: Mapping) -> dict[str, str]:
        """See :meth:`WebhookPlan.kept_headers`."""
        return self._webhook_plan().kept_headers(headers)

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


class Operation:
    """One thing that can be asked of the partner.

    :ivar event_type: the event type that the operation delivers
    """

    def __init__(
        self,
        name: str,
        spec: Mapping,
        where: str,
        functions: TemplateFunctions,
        auth: Mapping,
    ):
        self.name = name
        self.event_type: str = spec["event_type"]
        self._request = RequestPlan(spec, where, functions, auth)
        self._reference = self._lookup = self._lookup_reference = None
        if "answer" in spec:
            self._reference = Expression(
                spec["answer"]["reference"], f"{where}/answer/reference", functions
            )
        if "lookup" in spec:
            lookup = spec["lookup"]
            self._lookup = RequestPlan(lookup, f"{where}/lookup", functions, auth)
            self._lookup_reference = Expression(
                lookup["reference"], f"{where}/lookup/reference", functions
            )

    def request(self, envelope: Mapping, connector: ConnectorView) -> PreparedRequest:
        """See :meth:`RequestPlan.prepare`."""
        return self._request.prepare(envelope, connector)

    def read_answer(self, status: int, headers: Mapping, body: bytes) -> Answer:
        """See :func:`template_answer.read`."""
        return template_answer.read(status, headers, body, self._reference)

    def lookup_request(
        self, envelope: Mapping, connector: ConnectorView
    ) -> PreparedRequest | None:
        """The request that asks whether the partner has it; None when it cannot."""
        return self._lookup and self._lookup.prepare(envelope, connector)

    def read_lookup(self, status: int, headers: Mapping, body: bytes) -> str | None:
        """See :func:`template_answer.read_lookup`."""
        return template_answer.read_lookup(
            status, headers, body, self._lookup_reference
        )
