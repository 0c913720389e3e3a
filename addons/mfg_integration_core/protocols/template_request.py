"""The requests that a template describes, ready to be sent.

Whatever comes from a document or an event is encoded for its place: percent-encoding
in a path or query, JSON or a form in a body, refused in a header when it could end the
header.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from ..exceptions import PermanentDeliveryError
from .expression import (
    Expression,
    ExpressionError,
    TemplateFunctions,
    compile_text,
    compile_tree,
)
from .partner_address import checked_base_url, within_host
from .template_auth import HEADER_VALUE, ConnectorView, credentials
from .template_text import to_text

JSON_MEDIA_TYPE = "application/json"
FORM_MEDIA_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class PreparedRequest:
    """One HTTP request; headers may hold a secret, so they are not shown."""

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes | None = None


@dataclass(frozen=True)
class Limits:
    """Time limits of one call, in seconds."""

    connect_s: float = 5
    read_s: float = 15

    @property
    def total_s(self) -> float:
        """The longest that one call may take."""
        return self.connect_s + self.read_s


class RequestPlan:
    """How one request is made from an envelope.

    :param spec: ``{method, path, query?, headers?, body? | form?}`` of the template;
        without ``path``, the address is given when the request is prepared
    :param where: file and path for error texts
    :param auth: of the template; its ``headers`` go with every request
    """

    def __init__(
        self, spec: Mapping, where: str, functions: TemplateFunctions, auth: Mapping
    ):
        self._method = spec["method"]
        self._auth = auth
        self._path = "path" in spec and compile_text(
            spec["path"], f"{where}/path", functions, encode=_path_segment
        )
        self._query = {
            name: compile_tree(text, f"{where}/query/{name}", functions)
            for name, text in spec.get("query", {}).items()
        }
        self._headers = {
            name: _compile_header(
                text, f"{functions.file_name}, auth/headers/{name}", functions
            )
            for name, text in auth.get("headers", {}).items()
        } | {
            name: _compile_header(text, f"{where}/headers/{name}", functions)
            for name, text in spec.get("headers", {}).items()
        }
        self._where = where
        self._write_body = _write_json
        self._media_type = JSON_MEDIA_TYPE
        self._body = None
        if "body" in spec:
            self._body = compile_tree(spec["body"], f"{where}/body", functions)
        if "form" in spec:
            self._body = compile_tree(spec["form"], f"{where}/form", functions)
            self._write_body = _write_form
            self._media_type = FORM_MEDIA_TYPE

    def prepare(
        self, envelope: Mapping, connector: ConnectorView, address: str | None = None
    ) -> PreparedRequest:
        """The request for ``envelope`` at ``connector``.

        :param envelope: what expressions look at, one by one or whole as ``event``,
            and ``connector``, of which they see ``username`` and ``base_url``
        :param address: where to send it, instead of the template's path; must be on
            the connector's host
        :raise PermanentDeliveryError: codes ``mapping_failed``, ``bad_address``,
            ``other_host``, ``credentials_missing``
        :raise UnmappedValueError: a word that a value map does not know
        """
        document = {**envelope, "event": envelope, "connector": _shown(connector)}
        try:
            headers, body = self._filled_headers(document), self._filled_body(document)
            path = self._path(document) if self._path else ""
            query = self._filled_query(document)
        except ExpressionError as error:
            raise PermanentDeliveryError(
                f"The message cannot be put into the partner's words. {error}.",
                code="mapping_failed",
                remedy="Correct the document or the template, then press Retry.",
            ) from error
        if body is not None:
            headers = {"Content-Type": self._media_type} | headers
        if envelope.get("traceparent"):
            headers["traceparent"] = envelope["traceparent"]
        message_id = str(envelope.get("id") or "check")
        headers |= credentials(self._auth, connector, message_id, body)
        base = checked_base_url(connector["base_url"])
        url = within_host(base, address) if address else base + path
        return PreparedRequest(self._method, _with_query(url, query), headers, body)

    def _filled_headers(self, document: Mapping) -> dict[str, str]:
        values = {name: find(document) for name, find in self._headers.items()}
        found = {name: value for name, value in values.items() if value is not None}
        return {"Accept": JSON_MEDIA_TYPE} | found

    def _filled_query(self, document: Mapping) -> list[tuple[str, str]]:
        return _pairs(
            {name: find(document) for name, find in self._query.items()},
            f"{self._where}/query",
        )

    def _filled_body(self, document: Mapping) -> bytes | None:
        if self._body is None:
            return None
        content = self._body(document)
        return self._write_body({} if content is None else content, self._where)


def _shown(connector: ConnectorView) -> dict[str, str]:
    """What expressions may see of the connector; never its secret."""
    return {name: connector[name] for name in ("username", "base_url")}


def _write_json(content, _where: str) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def _write_form(content, where: str) -> bytes:
    return urlencode(_pairs(content, f"{where}/form")).encode()


def _pairs(values: Mapping, where: str) -> list[tuple[str, str]]:
    """Name and text of each value; a list stands for several of one name."""
    pairs = []
    for name, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            try:
                text = to_text(one)
            except ValueError as error:
                raise ExpressionError(f"{where}/{name}: {error}") from error
            if text is not None:
                pairs.append((name, text))
    return pairs


def _with_query(url: str, pairs: list[tuple[str, str]]) -> str:
    if not pairs:
        return url
    # Names stay readable: `$top` and `updatedAt[gte]` are meant as they stand.
    query = "&".join(
        f"{quote(name, safe='$[].:_-')}={quote(value, safe='')}"
        for name, value in pairs
    )
    joint = "&" if "?" in url else "?"
    return url + joint + query


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
        if value is not None and not HEADER_VALUE.fullmatch(value):
            raise ExpressionError(f"{where}: {value[:60]!r} may not stand in a header")
        return value

    return checked


def _path_segment(value: str) -> str:
    """``value`` percent-encoded; a dot segment would lead to another path."""
    if value in (".", ".."):
        raise ValueError(f"{value!r} may not stand in a path")
    return quote(value, safe="")
