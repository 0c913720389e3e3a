"""What a partner's answer says, for programs and for the person who reads the log.

Partners answer in JSON, HTML, plain sentences, or nothing, and not all of them in
UTF-8. Nothing here fails on what they send, except where JSON is asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from ..exceptions import InvalidEventError
from . import http_headers, strict_json

_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]+)""", re.IGNORECASE)
_TAG = re.compile(r"<(?:script|style).*?</(?:script|style)>|<[^>]*>", re.DOTALL)
_PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html|head|body)\b", re.I)
_LONGEST_READ = 20_000
_LONGEST_SHOWN = 300
_SENTENCE_MEMBERS = (
    "detail",
    "message",
    "error_description",
    "error",
    "title",
    "errors",
    "reason",
)


class UnreadableError(Exception):
    """The end of a sentence that begins with "its answer"."""


def text_of(headers: Mapping, body: bytes) -> str:
    """The body as text, by the character set that the partner declares, else UTF-8.

    :raise UnreadableError: it is written in another one, or in one nobody knows
    """
    declared = _CHARSET.search(http_headers.find(headers, "content-type") or "")
    name = declared[1] if declared else json.detect_encoding(body)
    try:
        # JSON by the rules begins without a byte order mark; not all partners know.
        return body.decode(name).removeprefix("\ufeff")
    except LookupError as error:
        raise UnreadableError(
            f"is in the character set {name[:40]}, which is not known"
        ) from error
    except UnicodeError as error:
        told = "it declares" if declared else "JSON is written in"
        raise UnreadableError(
            f"is not in the character set {told} ({name[:40].upper()}); the partner"
            " has to declare the right one"
        ) from error


def content_of(headers: Mapping, body: bytes):
    """The JSON value in the body.

    :raise UnreadableError: there is none
    """
    if not body.strip():
        raise UnreadableError("is empty")
    text = text_of(headers, body)
    try:
        return strict_json.read(text, what="The answer")
    except InvalidEventError as error:
        if is_page(headers, body):
            raise UnreadableError("is a web page, no JSON") from error
        raise UnreadableError(f"is no JSON that can be kept ({error})") from error


def is_page(headers: Mapping, body: bytes) -> bool:
    """Whether the body is a web page, such as that of a log-in."""
    media_type = (http_headers.find(headers, "content-type") or "").lower()
    beginning = body[:500].decode("latin-1")
    return bool(body.strip()) and (
        media_type.startswith(("text/html", "application/xhtml"))
        or bool(_PAGE.match(beginning))
    )


def what_it_said(headers: Mapping, body: bytes) -> str:
    """The most telling words of an answer, short; "(nothing)" when there are none."""
    try:
        text = text_of(headers, body[:_LONGEST_READ])
    except UnreadableError:
        text = body[:_LONGEST_READ].decode("utf-8", errors="replace")
    try:
        text = sentence(strict_json.read(text)) or text
    except InvalidEventError:
        text = _TAG.sub(" ", text)  # HTML, or a plain sentence
    return " ".join(text.split())[:_LONGEST_SHOWN] or "(nothing)"


def sentence(content) -> str | None:
    """The most telling text in an error document of unknown make."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "; ".join(filter(None, map(sentence, content[:5]))) or None
    if isinstance(content, dict):
        members = (content.get(name) for name in _SENTENCE_MEMBERS)
        return next(filter(None, map(sentence, members)), None)
    return None
