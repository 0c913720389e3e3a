"""An operation tried out with one message, told call by call for the person who tries.

The calls look as in ``docs/templates.md``: ``>`` what is sent, ``<`` what is answered,
``=`` how it ends. Secrets are masked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..exceptions import MfgIntegrationError, in_full
from .masking import Mask
from .partner_words import UnreadableError, text_of
from .template import Template
from .template_auth import ConnectorView
from .template_conversation import Conversation
from .template_request import PreparedRequest

_LONGEST_BODY = 4000


@dataclass(frozen=True)
class Told:
    """How a trial went.

    :ivar text: the calls, one behind the other
    :ivar ended_well: whether nothing stood in the way
    """

    text: str
    ended_well: bool


class Trial:
    """What a template makes of one message at one partner.

    :param operation: name of the operation; None tries the check
    :param message: the envelope, with ``reference`` where the partner's is known
    """

    def __init__(
        self,
        template: Template,
        operation: str | None,
        message: Mapping,
        connector: ConnectorView,
    ):
        self._template = template
        self._operation = operation
        self._message = message
        self._connector = connector
        self._mask = Mask(
            [connector["secret"]],
            username=connector["username"],
            headers=template.secret_headers,
        )

    def foresee(self) -> Told:
        """The request that it would begin with; nothing is sent."""
        try:
            if self._operation is None:
                request = self._template.check_request(self._connector)
            else:
                operation = self._template.operation(self._operation)
                request = operation.request(self._message, self._connector)
        except MfgIntegrationError as error:
            return Told(self._mask.text(_ending(error)), False)
        return Told(self._told(request), True)

    def perform(self, send: Callable) -> Told:
        """All calls with their answers, and how it ends. They have their effect.

        :param send: sends a request and returns the answer
        """
        calls = []

        def heard(request: PreparedRequest):
            calls.append([request, None])
            reply = calls[-1][1] = send(request)
            return reply

        keeper = self._template.session_keeper(self._connector, self._mask.learn)
        talk = Conversation(self._connector, keeper, heard, lambda: None)
        try:
            end, ended_well = self._perform(talk), True
        except MfgIntegrationError as error:
            end, ended_well = _ending(error), False
        # Told at the end: a log-in on the way teaches the mask a secret.
        told = [
            text
            for request, reply in calls
            for text in (self._told(request), reply and self._told_reply(reply))
            if text
        ]
        return Told("\n".join([*told, self._mask.text(end)]), ended_well)

    def _perform(self, talk: Conversation) -> str:
        if self._operation is None:
            self._template.check_connection(talk)
            return "= answers"
        operation = self._template.operation(self._operation)
        return f"= {operation.perform(talk, self._message)}"

    def _told(self, request: PreparedRequest) -> str:
        lines = [f"{request.method} {self._mask.text(request.url)}"]
        lines += _headers(self._mask.headers(request.headers))
        body = self._mask.body(request.body) or b""
        return _marked(">", lines, body.decode("utf-8", "backslashreplace"))

    def _told_reply(self, reply) -> str:
        lines = [str(reply.status), *_headers(self._mask.headers(reply.headers))]
        try:
            body = text_of(reply.headers, reply.body)
        except UnreadableError:
            body = reply.body.decode("utf-8", "backslashreplace")
        return _marked("<", lines, self._mask.text(body))


def _ending(error: MfgIntegrationError) -> str:
    return f"= {type(error).__name__} ({error.code}): {in_full(error)}"


def _headers(headers: Mapping) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items()]


def _marked(mark: str, lines: list[str], body: str) -> str:
    shown = _indented(body)[:_LONGEST_BODY]
    return "\n".join(f"{mark} {line}" for line in [*lines, *shown.splitlines()])


def _indented(body: str) -> str:
    """JSON on lines of its own, anything else as it is."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body
