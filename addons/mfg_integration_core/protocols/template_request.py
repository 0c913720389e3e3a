"""The requests that a template describes, ready to be sent.

Whatever comes from a document or an event is encoded for its place: percent-encoding
in a path, JSON in a body, refused in a header when it could end the header.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypedDict
from urllib.parse import quote, urlsplit

from ..exceptions import PermanentDeliveryError
from .expression import (
    Expression,
    ExpressionError,
    TemplateFunctions,
    compile_text,
    compile_tree,
)

JSON_MEDIA_TYPE = "application/json"
_HEADER_VALUE = re.compile(r"[\x20-\x7e\xa0-\xff\t]*")


class ConnectorView(TypedDict):
    """What a template may know of a connector."""

    base_url: str
    username: str
    secret: str


@dataclass(frozen=True)
class PreparedRequest:
    """One HTTP request; headers may hold a secret, so they are not shown."""

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes | None = None


@dataclass(frozen=True)
class Limits:
    """Time limits of one exchange, in seconds."""

    connect_s: float = 5
    read_s: float = 15

    @property
    def total_s(self) -> float:
        """The longest that an exchange may take, for the lease that covers it."""
        return self.connect_s + self.read_s


class RequestPlan:
    """How one request is made from an envelope.

    :param spec: ``{method, path, headers?, body?}`` of the template
    :param where: file and path for error texts
    """

    def __init__(
        self, spec: Mapping, where: str, functions: TemplateFunctions, auth: Mapping
    ):
        self._method = spec["method"]
        self._auth = auth
        self._path = compile_text(
            spec["path"], f"{where}/path", functions, encode=_path_segment
        )
        self._headers = {
            name: _compile_header(text, f"{where}/headers/{name}", functions)
            for name, text in spec.get("headers", {}).items()
        }
        self._body = None
        if "body" in spec:
            self._body = compile_tree(spec["body"], f"{where}/body", functions)

    def prepare(self, envelope: Mapping, connector: ConnectorView) -> PreparedRequest:
        """The request for ``envelope`` at ``connector``.

        :raise PermanentDeliveryError: codes ``mapping_failed``, ``bad_address``,
            ``credentials_missing``
        :raise UnmappedValueError: a word that a value map does not know
        """
        try:
            headers, body = self._filled_headers(envelope), self._filled_body(envelope)
            path = self._path(envelope)
        except ExpressionError as error:
            raise PermanentDeliveryError(
                f"The message cannot be put into the partner's words. {error}.",
                code="mapping_failed",
                remedy="Correct the document or the template, then press Retry.",
            ) from error
        if body is not None:
            headers["Content-Type"] = JSON_MEDIA_TYPE
        if envelope.get("traceparent"):
            headers["traceparent"] = envelope["traceparent"]
        headers |= _credentials(self._auth, connector)
        url = _checked_base_url(connector["base_url"]) + path
        return PreparedRequest(self._method, url, headers, body)

    def _filled_headers(self, envelope: Mapping) -> dict[str, str]:
        values = {name: find(envelope) for name, find in self._headers.items()}
        found = {name: value for name, value in values.items() if value is not None}
        return {"Accept": JSON_MEDIA_TYPE} | found

    def _filled_body(self, envelope: Mapping) -> bytes | None:
        if self._body is None:
            return None
        content = self._body(envelope)
        return json.dumps(
            {} if content is None else content, ensure_ascii=False
        ).encode()


def _compile_header(
    text: str, where: str, functions: TemplateFunctions
) -> Callable[[object], str | None]:
    """A function from a document to the value of a header, None to leave it out."""
    is_literal = text.startswith("=")
    find = (
        compile_tree(text, where, functions)
        if is_literal
        else Expression(text, where, functions).text
    )

    def checked(document) -> str | None:
        value = find(document)
        if value is not None and not _HEADER_VALUE.fullmatch(value):
            raise ExpressionError(f"{where}: {value[:60]!r} may not stand in a header")
        return value

    return checked


def _path_segment(value: str) -> str:
    """``value`` percent-encoded; a dot segment would lead to another path."""
    if value in (".", ".."):
        raise ValueError(f"{value!r} may not stand in a path")
    return quote(value, safe="")


def _checked_base_url(base_url: str) -> str:
    if not _is_plain_address(base_url or ""):
        raise PermanentDeliveryError(
            "The connector's address must look like https://cmms.example.com/path, "
            "without user, password, ? or #.",
            code="bad_address",
        )
    return base_url.rstrip("/")


def _is_plain_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:  # no port number, half an IPv6 address
        return False
    more = parts.username or parts.password or parts.query or parts.fragment
    is_clean = url.isascii() and url.isprintable() and " " not in url
    return parts.scheme in ("http", "https") and has_host and is_clean and not more


# ------------------------------------------------------------------
# Credentials
# ------------------------------------------------------------------


def secret_headers(auth: Mapping) -> frozenset[str]:
    """Lower-case names of the headers that hold the secret, never to be recorded."""
    if auth["scheme"] == "none":
        return frozenset()
    return frozenset({auth.get("header", "Authorization").lower()})


def _credentials(auth: Mapping, connector: ConnectorView) -> dict[str, str]:
    scheme = auth["scheme"]
    if scheme == "none":
        return {}
    secret = connector["secret"]
    if not secret or not _HEADER_VALUE.fullmatch(secret) and scheme != "basic":
        raise PermanentDeliveryError(
            "The connector's secret is missing or holds characters that cannot be "
            "sent. Enter it in the connector's settings, then press Retry.",
            code="credentials_missing",
        )
    if scheme == "api_key":
        return {auth["header"]: secret}
    if scheme == "bearer":
        return {"Authorization": f"Bearer {secret}"}
    pair = f"{connector['username']}:{secret}".encode()
    return {"Authorization": "Basic " + base64.b64encode(pair).decode()}
