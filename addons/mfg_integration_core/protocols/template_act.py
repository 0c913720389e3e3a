"""The request of an operation, and what some partners want before it.

A plain one is sent as it is. With ``tag``, the thing is read first and its tag sent
along, so that nobody's change is overwritten (If-Match). With ``address``, the partner
is asked for the address that the request has to go to.

Every act has ``begin(message, connector)``, the request that it begins with;
``perform(talk, message, first)``, which sends that one and what follows, and returns
the last answer, unjudged; ``calls``, how many requests it takes at most.

Source: RFC 9110, section 13 (If-Match, 412, 428).
"""

from __future__ import annotations

from collections.abc import Mapping

from ..exceptions import PermanentDeliveryError, RetryableDeliveryError
from . import http_headers, partner_words
from .expression import Expression, ExpressionError
from .partner_words import UnreadableError
from .template_answer import AnswerRules, unreadable
from .template_auth import ConnectorView
from .template_conversation import Conversation
from .template_reference import ReferencePlan
from .template_request import PreparedRequest, RequestPlan
from .template_surroundings import Surroundings
from .template_text import to_text

CHANGED_STATUS = (412,)


def act_of(
    spec: Mapping,
    where: str,
    around: Surroundings,
    rules: AnswerRules,
):
    """The act that a request with ``tag`` or ``address``, or neither, stands for."""
    request = around.request(spec, where)
    if "tag" in spec:
        return TaggedAct(request, spec["tag"], f"{where}/tag", around, rules)
    if "address" in spec:
        return AddressedAct(request, spec["address"], f"{where}/address", around, rules)
    return PlainAct(request)


class PlainAct:
    """One request."""

    calls = 1

    def __init__(self, request: RequestPlan):
        self._request = request

    def begin(self, message: Mapping, connector: ConnectorView) -> PreparedRequest:
        """The request."""
        return self._request.prepare(message, connector)

    def perform(self, talk: Conversation, _message: Mapping, first: PreparedRequest):
        """The answer to it."""
        return talk.tell(first)


class TaggedAct:
    """Read the thing, then change just this version of it.

    Expressions of the request see the tag as ``tag`` and what was read as ``current``.
    """

    # Read and changed; once more when somebody else was quicker.
    calls = 4

    def __init__(
        self,
        request: RequestPlan,
        spec: Mapping,
        where: str,
        around: Surroundings,
        rules: AnswerRules,
    ):
        self._request = request
        self._read = around.request(spec["read"], f"{where}/read")
        self._where = where
        self._rules = rules
        self._body = "body" in spec and Expression(
            spec["body"], f"{where}/body", around.functions
        )
        self._header = spec.get("header", "ETag")
        self._send = spec.get("send", None if self._body else "If-Match")
        self._is_optional = spec.get("optional", False)
        self._changed_status = frozenset(spec.get("changed_status", CHANGED_STATUS))

    def begin(self, message: Mapping, connector: ConnectorView) -> PreparedRequest:
        """The request that reads: what follows depends on its answer."""
        return self._read.prepare(message, connector)

    def perform(self, talk: Conversation, message: Mapping, first: PreparedRequest):
        """The answer to the change.

        :raise RetryableDeliveryError: code ``changed_meanwhile``, twice in a row
        :raise PermanentDeliveryError: code ``no_tag``
        """
        reply = self._once(talk, message, first)
        if reply.status in self._changed_status:
            reply = self._once(talk, message, first)
        if reply.status in self._changed_status:
            raise RetryableDeliveryError(
                "The partner's record was changed by somebody else each time before"
                " our change arrived. It is tried again later.",
                code="changed_meanwhile",
            )
        return reply

    def _once(self, talk: Conversation, message: Mapping, first: PreparedRequest):
        reply = talk.ask(first)
        self._rules.check(reply)
        tag = self._tag(reply)
        if tag is None and not self._is_optional:
            raise PermanentDeliveryError(
                "The partner gave no tag for the version that we read, so that our"
                " change could overwrite somebody else's.",
                code="no_tag",
                remedy=f"Correct {self._where} of the template, or make it optional.",
            )
        seen = {**message, "tag": tag, "current": _content(reply)}
        request = self._request.prepare(seen, talk.connector)
        if tag is not None and self._send:
            request.headers[self._send] = tag
        return talk.tell(request)

    def _tag(self, reply) -> str | None:
        if not self._body:
            return http_headers.find(reply.headers, self._header)
        try:
            return self._body.text(partner_words.content_of(reply.headers, reply.body))
        except (UnreadableError, ExpressionError) as error:
            raise unreadable(str(error), reply) from error


class AddressedAct:
    """Ask the partner for an address, then send the request there."""

    calls = 2

    def __init__(
        self,
        request: RequestPlan,
        spec: Mapping,
        where: str,
        around: Surroundings,
        rules: AnswerRules,
    ):
        self._request = request
        self._ask = around.request(spec, where)
        url = spec["url"]
        self._header = None if isinstance(url, str) else url["header"]
        self._url = isinstance(url, str) and ReferencePlan(
            url, f"{where}/url", around.functions
        )
        self._rules = rules

    def begin(self, message: Mapping, connector: ConnectorView) -> PreparedRequest:
        """The request that asks: where the other one goes is not known yet."""
        return self._ask.prepare(message, connector)

    def perform(self, talk: Conversation, message: Mapping, first: PreparedRequest):
        """The answer to the request that went to the address."""
        reply = talk.ask(first)
        self._rules.check(reply)
        try:
            address = (
                http_headers.find(reply.headers, self._header)
                if self._header
                else self._url.find(reply, message)
            )
        except UnreadableError as error:
            raise unreadable(str(error), reply) from error
        if not address:
            raise unreadable("holds no address where the template looks", reply)
        return talk.tell(self._request.prepare(message, talk.connector, address))


def _content(reply):
    """What was read, None when it is no JSON."""
    try:
        return partner_words.content_of(reply.headers, reply.body)
    except UnreadableError:
        return None


def as_word(value) -> str | None:
    """A status as it is compared: 5, 5.0 and "5" are the same."""
    try:
        return to_text(value)
    except ValueError:
        return None
