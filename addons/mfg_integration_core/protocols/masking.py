"""Secrets taken out of what is recorded: requests, answers, errors.

A secret is found by its value, wherever a template or a partner put it: in a header, a
query, a body, or an answer that repeats what it got. Headers that are made for
credentials are masked whole.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import quote, quote_plus

from ..exceptions import MfgIntegrationError

MASK = "***"
#: Headers whose value is a credential, in requests or in answers.
SECRET_HEADERS = frozenset(
    {
        "api-key",
        "authorization",
        "cookie",
        "proxy-authorization",
        "set-cookie",
        "x-api-key",
    }
)
#: A shorter one is found in everything; it is no secret either.
_SHORTEST = 4


class Mask:
    """Knows the secrets of one connector; does not show them.

    :param secrets: as clear text; with ``username``, its pair of HTTP Basic as well
    :param headers: lower-case names of headers that are credentials here, too
    """

    def __init__(
        self,
        secrets: Iterable[str],
        *,
        username: str = "",
        headers: Iterable[str] = (),
    ):
        self._username = username
        self._needles: list[str] = []
        self._headers = SECRET_HEADERS | set(headers)
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: str) -> None:
        """Mask this secret, too, from now on; any thread may ask for it."""
        if len(secret) >= _SHORTEST:
            found = _disguises(secret, self._username) | set(self._needles)
            # The longest first: one may be part of another.
            self._needles = sorted(found, key=len, reverse=True)

    def text(self, text: str) -> str:
        """``text`` without the secrets."""
        for needle in self._needles:
            text = text.replace(needle, MASK)
        return text

    def body(self, body: bytes | None) -> bytes | None:
        """``body`` without the secrets; any other byte stays as it is."""
        for needle in self._needles:
            body = body and body.replace(needle.encode(), MASK.encode())
        return body

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """``headers`` with those of credentials masked, and the secrets elsewhere."""
        return {
            name: MASK if name.lower() in self._headers else self.text(value)
            for name, value in headers.items()
        }

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Let errors pass without the secrets in their texts."""
        try:
            yield
        except MfgIntegrationError as error:
            error.detail = self.text(error.detail)
            error.remedy = error.remedy and self.text(error.remedy)
            error.args = (error.detail,)
            raise


def _disguises(secret: str, username: str) -> set[str]:
    """How a secret looks in a URL, in JSON and in HTTP Basic."""
    return {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        base64.b64encode(secret.encode()).decode(),
        base64.b64encode(f"{username}:{secret}".encode()).decode(),
    }
