"""What a partner's answer means for the message: done, again later, or never.

The HTTP status decides, then what the template's ``errors`` say about the body, since
some partners refuse inside of 200.

Source: RFC 9110, section 15 (status codes); RFC 6585 (429).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..exceptions import PermanentDeliveryError, RetryableDeliveryError
from . import http_headers, partner_words
from .expression import Expression, ExpressionError, TemplateFunctions
from .partner_words import UnreadableError, content_of, what_it_said
from .template_reference import ReferencePlan
from .template_wait import WaitPlan

RETRYABLE_STATUS = frozenset({408, 425, 429})
_OUTCOMES = {201: "created", 202: "accepted"}
#: The highest that an integer column holds.
HIGHEST_VERSION = 2**31 - 1
_CONDITIONS = ("refused_when", "later_when", "sentence")


@dataclass(frozen=True)
class Reply:
    """An answer as it came over HTTP."""

    status: int
    headers: Mapping = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """A message that the partner took.

    :param reference: what the partner calls the thing; None when not asked for
    :param outcome: created, accepted (works on it later) or done
    :param version: the partner's count of the thing's changes, this one included; None
        when not asked for or not told
    """

    reference: str | None
    outcome: str
    version: int | None = None


class AnswerRules:
    """How to tell a partner's yes from its no.

    :param errors: the template's ``errors``, with what an operation says on top
    :param wait: where the partner says how long to wait
    """

    def __init__(
        self,
        errors: Mapping,
        where: str,
        functions: TemplateFunctions,
        wait: WaitPlan,
    ):
        self._later_status = RETRYABLE_STATUS | set(errors.get("later_status", ()))
        self._refused_status = frozenset(errors.get("refused_status", ()))
        self._refused_when, self._later_when, self._sentence = (
            name in errors and Expression(errors[name], f"{where}/{name}", functions)
            for name in _CONDITIONS
        )
        self._wait = wait

    def check(self, reply) -> None:
        """Return when the partner took the request.

        :raise RetryableDeliveryError: it may take it later; code ``answer_unreadable``
            when it cannot be told
        :raise PermanentDeliveryError: it will not take it as it is
        """
        self.check_status(reply)
        if partner_words.is_page(reply.headers, reply.body):
            raise unreadable("is a web page, not that of an API", reply)
        self.check_body(reply)

    def check_status(self, reply) -> None:
        """Return when the status says that the partner took the request."""
        status, headers = reply.status, reply.headers
        if 200 <= status < 300:
            return
        if 300 <= status < 400:
            raise _redirected(status, headers)
        detail = f"The partner answered {status}. It said: {self._said(reply)}"
        if self._may_be_taken_later(reply):
            raise RetryableDeliveryError(
                detail,
                retry_after=self._wait.read(headers, time.time()),
                code=f"http_{status}",
            )
        raise PermanentDeliveryError(
            detail, code=f"http_{status}", remedy=_REMEDIES.get(status)
        )

    def _may_be_taken_later(self, reply) -> bool:
        if self._later_when and _value(self._later_when, reply):
            return True
        if reply.status in self._refused_status:
            return False
        return reply.status in self._later_status or 500 <= reply.status < 600

    def check_body(self, reply) -> None:
        """Return when the body of an answer that says yes does not say no."""
        if not (self._later_when or self._refused_when) or not reply.body.strip():
            return
        try:
            content = partner_words.content_of(reply.headers, reply.body)
            is_later = self._later_when and self._later_when.value(content)
            is_refused = self._refused_when and self._refused_when.value(content)
        except UnreadableError as error:
            raise unreadable(str(error), reply) from error
        except ExpressionError as error:
            raise unreadable(f"does not fit the template ({error})", reply) from error
        detail = (
            f"The partner answered {reply.status}, which means yes, and said no inside:"
            f" {self._said(reply)}"
        )
        if is_later:
            raise RetryableDeliveryError(
                detail,
                retry_after=self._wait.read(reply.headers, time.time()),
                code="later_inside",
            )
        if is_refused:
            raise PermanentDeliveryError(
                detail,
                code="refused_inside",
                remedy="Correct what the partner complains about, then press Retry.",
            )

    def _said(self, reply) -> str:
        told = self._sentence and partner_words.sentence(_value(self._sentence, reply))
        return told or what_it_said(reply.headers, reply.body)


def _value(expression: Expression, reply):
    """What an expression finds in an error; None in one that is no JSON."""
    try:
        return expression.value(partner_words.content_of(reply.headers, reply.body))
    except (UnreadableError, ExpressionError):
        return None


_REMEDIES = {
    401: "Check user and secret of the connector.",
    403: "Ask the partner for the right to do this.",
    404: "Check the address of the connector and whether the thing still exists.",
}


def _redirected(status: int, headers: Mapping) -> PermanentDeliveryError:
    location = http_headers.find(headers, "location") or "another address"
    return PermanentDeliveryError(
        f"The partner answered {status} and points to {location[:200]}. Redirects "
        "are not followed: correct the address of the connector.",
        code="redirected",
    )


def read(
    reply,
    message: Mapping,
    reference: ReferencePlan | None,
    version: Expression | None = None,
) -> Answer:
    """The answer to a request that makes or changes something, and was taken.

    :param message: what was sent
    :param reference: where the partner's reference stands, if wanted
    :param version: where its count stands; one that cannot be read is no reason to
        doubt that the request was carried out
    :raise RetryableDeliveryError: code ``answer_unreadable`` when it was taken but the
        reference cannot be read, so that a look-up has to decide
    """
    outcome = _OUTCOMES.get(reply.status, "done")
    count = version and _count(version, reply)
    if reference is None:
        return Answer(None, outcome, count)
    try:
        found = reference.find(reply, message)
        if not found:
            raise UnreadableError(f"holds nothing where {reference.where} looks")
    except UnreadableError as error:
        raise unreadable(str(error), reply) from error
    return Answer(found, outcome, count)


def _count(version: Expression, reply) -> int | None:
    """The whole number that stands there, None when none does."""
    try:
        found = version.value(content_of(reply.headers, reply.body))
    except (ExpressionError, UnreadableError):
        return None
    if isinstance(found, str) and found.isdecimal():
        found = int(found)
    if isinstance(found, bool) or not isinstance(found, int):
        return None
    return found if 0 <= found <= HIGHEST_VERSION else None


def read_lookup(
    reply, message: Mapping, reference: ReferencePlan, rules: AnswerRules
) -> str | None:
    """The partner's reference when it knows ours; None when it does not.

    :raise RetryableDeliveryError: it could not be found out
    """
    if reply.status in (404, 410):
        return None
    rules.check(reply)
    try:
        return reference.find(reply, message)
    except UnreadableError as error:
        raise RetryableDeliveryError(
            "Whether the partner carried out an earlier try cannot be told: its answer "
            f"to the look-up {error}. It said: "
            f"{what_it_said(reply.headers, reply.body)}",
            code="answer_unreadable",
        ) from error


def unreadable(how: str, reply) -> RetryableDeliveryError:
    """The error of an answer that says yes and cannot be read.

    :param how: the end of a sentence that begins with "its answer"
    """
    return RetryableDeliveryError(
        f"The partner answered {reply.status}, but its answer {how}. It said: "
        f"{what_it_said(reply.headers, reply.body)}. Whether the request was carried "
        "out is looked up before it is sent again.",
        code="answer_unreadable",
    )
