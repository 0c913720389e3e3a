"""What a partner's answer means for the message: done, again later, or never.

Source: RFC 9110, sections 10.2.3 (Retry-After) and 15 (status codes); RFC 6585 (429).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from ..exceptions import (
    InvalidEventError,
    PermanentDeliveryError,
    RetryableDeliveryError,
)
from . import http_headers, strict_json
from .expression import Expression, ExpressionError

RETRYABLE_STATUS = frozenset({408, 425, 429})
# A partner that asks for more is mistaken; its answer must not stop a lane for good.
LONGEST_RETRY_AFTER_S = 7 * 24 * 3600.0
_OUTCOMES = {201: "created", 202: "accepted"}
_TAG = re.compile(r"<(?:script|style).*?</(?:script|style)>|<[^>]*>", re.DOTALL)
_SENTENCE_MEMBERS = (
    "detail",
    "message",
    "error_description",
    "error",
    "title",
    "errors",
)


@dataclass(frozen=True)
class Answer:
    """A message that the partner took.

    :param reference: what the partner calls the thing; None when not asked for
    :param outcome: created, accepted (works on it later) or done
    """

    reference: str | None
    outcome: str


def read(
    status: int, headers: Mapping, body: bytes, reference: Expression | None
) -> Answer:
    """The answer to a request that makes or changes something.

    :param reference: where the partner's reference stands in the JSON body, if wanted
    :raise RetryableDeliveryError: 408, 425, 429, 5xx; code ``answer_unreadable`` when
        it was taken but the reference cannot be read, so that a look-up has to decide
    :raise PermanentDeliveryError: any other status but 2xx
    """
    check_status(status, headers, body)
    outcome = _OUTCOMES.get(status, "done")
    if reference is None:
        return Answer(None, outcome)
    try:
        found = _find(reference, body)
        if found is None:
            raise _UnreadableError(f"holds nothing where {reference.where} looks")
    except _UnreadableError as error:
        raise RetryableDeliveryError(
            f"The partner took the request, but its answer {error}. It said: "
            f"{what_it_said(body)}. Whether it was carried out is looked up before it "
            "is sent again.",
            code="answer_unreadable",
        ) from error
    return Answer(found, outcome)


def read_lookup(
    status: int, headers: Mapping, body: bytes, reference: Expression
) -> str | None:
    """The partner's reference when it knows ours; None when it does not.

    :raise RetryableDeliveryError: it could not be found out
    """
    if status in (404, 410):
        return None
    check_status(status, headers, body)
    try:
        return _find(reference, body)
    except _UnreadableError as error:
        raise RetryableDeliveryError(
            "Whether the partner carried out an earlier try cannot be told: its answer "
            f"to the look-up {error}. It said: {what_it_said(body)}",
            code="answer_unreadable",
        ) from error


def check_status(status: int, headers: Mapping, body: bytes) -> None:
    """Return when the status says that the partner took the request.

    :raise RetryableDeliveryError: it may take it later
    :raise PermanentDeliveryError: it will not take it as it is
    """
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        location = http_headers.find(headers, "location") or "another address"
        raise PermanentDeliveryError(
            f"The partner answered {status} and points to {location[:200]}. Redirects "
            "are not followed: correct the address of the connector.",
            code="redirected",
        )
    detail = f"The partner answered {status}. It said: {what_it_said(body)}"
    if status in RETRYABLE_STATUS or 500 <= status < 600:
        raise RetryableDeliveryError(
            detail, retry_after=retry_after(headers), code=f"http_{status}"
        )
    raise PermanentDeliveryError(
        detail, code=f"http_{status}", remedy=_REMEDIES.get(status)
    )


_REMEDIES = {
    401: "Check user and secret of the connector.",
    403: "Ask the partner for the right to do this.",
    404: "Check the address of the connector and whether the thing still exists.",
}


def retry_after(headers: Mapping) -> float | None:
    """Seconds that the partner asks to wait; None when it does not, or unreadably.

    A date is counted from the answer's own ``Date``, so that clocks need not agree.
    """
    value = http_headers.find(headers, "retry-after") or ""
    if re.fullmatch(r"[0-9]{1,12}", value):
        return min(float(value), LONGEST_RETRY_AFTER_S)
    try:
        until = parsedate_to_datetime(value)
        since = parsedate_to_datetime(http_headers.find(headers, "date") or "")
        seconds = (until - since).total_seconds()
    except (TypeError, ValueError):  # no date, or only one of them with a time zone
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_S)


class _UnreadableError(Exception):
    """The end of a sentence that begins with "its answer"."""


def _find(reference: Expression, body: bytes) -> str | None:
    if not body.strip():
        raise _UnreadableError("is empty")
    try:
        return reference.text(strict_json.read(body, what="The answer"))
    except InvalidEventError as error:
        raise _UnreadableError("is no JSON") from error
    except ExpressionError as error:
        raise _UnreadableError(f"does not fit the template ({error})") from error


# ------------------------------------------------------------------
# The partner's words, for the person who reads the log
# ------------------------------------------------------------------


def what_it_said(body: bytes) -> str:
    """The start of an answer as one readable line, whatever kind of text it is."""
    text = body[:20_000].decode("utf-8", errors="replace")
    try:
        text = _sentence(strict_json.read(body)) or text
    except InvalidEventError:
        text = _TAG.sub(" ", text)  # HTML, or a plain sentence
    return " ".join(text.split())[:300] or "(nothing)"


def _sentence(content) -> str | None:
    """The most telling text in an error document of unknown make."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "; ".join(filter(None, map(_sentence, content[:5]))) or None
    if isinstance(content, dict):
        members = (content.get(name) for name in _SENTENCE_MEMBERS)
        return next(filter(None, map(_sentence, members)), None)
    return None
