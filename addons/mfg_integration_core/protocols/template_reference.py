"""Where a partner's answer says what it calls the thing that it made.

``order.no`` an expression over the JSON body: ``id``, ``[0].id``, ``@``;
``{header: Location}`` the last piece of a path in a header, or what the one group of
``pattern`` finds there; ``{text: pattern}`` the same in a body that is no JSON;
``{given: id}`` what we ourselves called it, an expression over the message;
``{list: rows, where: ref, is: id, take: no}`` the ``no`` of the first of the ``rows``
whose ``ref`` equals the message's ``id``, for partners that search inexactly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from ..exceptions import ConfigurationError
from . import http_headers
from .expression import Expression, ExpressionError, TemplateFunctions
from .partner_words import UnreadableError, content_of, text_of


class ReferencePlan:
    """Finds the partner's reference.

    :param spec: as the head of this module says
    :param where: file and path for error texts
    """

    def __init__(self, spec: str | Mapping, where: str, functions: TemplateFunctions):
        self.where = where
        self._header = self._text = self._pattern = None
        self._expression = self._given = self._choice = None
        if isinstance(spec, str):
            self._expression = Expression(spec, where, functions)
        elif "given" in spec:
            self._given = Expression(spec["given"], f"{where}/given", functions)
        elif "header" in spec:
            self._header = spec["header"]
            self._pattern = "pattern" in spec and compile_pattern(
                spec["pattern"], f"{where}/pattern"
            )
        elif "list" in spec:
            self._choice = _Choice(spec, where, functions)
        else:
            self._text = compile_pattern(spec["text"], f"{where}/text")

    def find(self, reply, message: Mapping) -> str | None:
        """The reference, None when nothing stands where it should.

        :param reply: an answer with ``headers`` and ``body``
        :param message: what was sent, for a reference that we gave
        :raise UnreadableError: the answer cannot be read
        """
        try:
            if self._given:
                return self._given.text(message)
            if self._choice:
                content = content_of(reply.headers, reply.body)
                return self._choice.find(content, message)
            if self._expression:
                return self._expression.text(content_of(reply.headers, reply.body))
        except ExpressionError as error:
            raise UnreadableError(f"does not fit the template ({error})") from error
        if self._header:
            return self._from_header(reply.headers)
        return _first_group(self._text, text_of(reply.headers, reply.body))

    def _from_header(self, headers: Mapping) -> str | None:
        value = http_headers.find(headers, self._header) or ""
        if self._pattern:
            return _first_group(self._pattern, value)
        return last_piece(value)


class _Choice:
    """The one of a list that holds what we are looking for."""

    def __init__(self, spec: Mapping, where: str, functions: TemplateFunctions):
        self._list, self._where, self._wanted, self._take = (
            Expression(spec[name], f"{where}/{name}", functions)
            for name in ("list", "where", "is", "take")
        )

    def find(self, content, message: Mapping) -> str | None:
        """The reference; None when none of the list is the one.

        :raise ExpressionError: a value that is neither text nor number
        """
        wanted = self._wanted.text(message)
        if wanted is None:
            raise ExpressionError(f"{self._wanted.where} finds nothing to look for")
        found = self._list.value(content)
        for item in found if isinstance(found, list) else []:
            if self._where.text(item) == wanted:
                return self._take.text(item)
        return None


def last_piece(address: str) -> str | None:
    """The last piece of an address's path, decoded; None when it has none."""
    pieces = [piece for piece in urlsplit(address).path.split("/") if piece]
    return unquote(pieces[-1]) if pieces else None


def compile_pattern(pattern: str, where: str) -> re.Pattern:
    """The pattern, which has exactly one group.

    :raise ConfigurationError: code ``bad_pattern``
    """
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise _bad_pattern(where, f"{pattern!r} is no pattern: {error}") from error
    if compiled.groups != 1:
        raise _bad_pattern(where, f"{pattern!r} must have one group ( )")
    return compiled


def _bad_pattern(where: str, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"{where}: {what}.",
        code="bad_pattern",
        remedy="Write a regular expression whose one group is the reference.",
    )


def _first_group(pattern: re.Pattern, text: str) -> str | None:
    found = pattern.search(text)
    return found[1] if found else None
