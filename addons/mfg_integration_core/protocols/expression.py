"""JMESPath as vendor templates use it, with a few functions of ours.

==========================  =====================================================
``map('name', value)``      the word that the template's value map ``name`` has for
                            ``value``; an unknown word is an error, never a guess
``to_text(value)``          number or true/false as text, ``5.0`` as ``5``
``upper(text)``             capitals, ``lower(text)`` the reverse
``parse_date(value, how)``  a partner's moment as RFC 3339 text in UTC
``format_date(text, how)``  RFC 3339 text as the partner wants it
==========================  =====================================================

``how`` is ``iso`` (RFC 3339), ``iso_utc`` (ISO 8601 without offset, meaning UTC),
``date``, ``epoch_s``, ``epoch_ms``, or a ``strftime`` pattern such as ``%d.%m.%Y``
(UTC). Given null, every one of them gives null. ``map(&expression, list)`` keeps the
meaning that JMESPath gives it.

Expressions are compiled when a template is loaded; a wrong one, an unknown function or
an unknown value map is found then, and the error names file and place.

Source: https://jmespath.org/specification.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions, signature

from ..exceptions import ConfigurationError, UnmappedValueError
from . import rfc3339

_ANY = {"types": []}
_TEXT = {"types": ["string"]}
_TEXT_OR_NULL = {"types": ["string", "null"]}
_LITERAL_MARK = "="
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


class ExpressionError(Exception):
    """An expression met a value that it cannot work with; the text names the place."""


def to_text(value) -> str | None:
    """Text as people write it: ``5``, ``0.5``, ``true``; None stays None.

    :raise ValueError: for an object or a list, which have no such text
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (int, float)):
        return str(value)
    raise ValueError("an object or a list cannot be written as text")


# ------------------------------------------------------------------
# Functions
# ------------------------------------------------------------------


class TemplateFunctions(Functions):
    """The functions of one template.

    :param value_maps: ``{map name: {partner's or our word: the other's}}``
    :param file_name: of the template, for error texts
    """

    def __init__(self, value_maps: Mapping, file_name: str):
        self.value_maps = value_maps
        self.file_name = file_name

    @signature({"types": ["string", "expref"]}, _ANY)
    def _func_map(self, name, value):
        if not isinstance(name, str):
            if not isinstance(value, list):
                raise ValueError("map(&expression, list) needs a list")
            return super()._func_map(name, value)
        return None if value is None else self._mapped(name, to_text(value))

    @signature(_ANY)
    def _func_to_text(self, value):
        return to_text(value)

    @signature(_TEXT_OR_NULL)
    def _func_upper(self, text):
        return text and text.upper()

    @signature(_TEXT_OR_NULL)
    def _func_lower(self, text):
        return text and text.lower()

    @signature(_ANY, _TEXT)
    def _func_parse_date(self, value, how):
        if value is None:
            return None
        return rfc3339.write(_date_reader(how)(to_text(value)))

    @signature(_TEXT_OR_NULL, _TEXT)
    def _func_format_date(self, text, how):
        return None if text is None else _date_writer(how)(rfc3339.parse(text))

    def _mapped(self, name: str, word: str):
        words = self.value_maps.get(name)
        if words is None:
            raise ValueError(f"there is no value map {name!r}")
        if word not in words:
            raise UnmappedValueError(
                f"The value map `{name}` of {self.file_name} does not know the word "
                f"{word[:100]!r}; it knows {', '.join(words)}.",
                key=f"{name}:{word[:100]}",
                remedy="Add the word to the value map, then press Retry.",
            )
        return words[word]


# ------------------------------------------------------------------
# Dates
# ------------------------------------------------------------------


def _in_utc(moment: datetime) -> datetime:
    """A moment without offset, read as UTC; with one, converted."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc)


def _from_epoch(number: str, divisor: int) -> datetime:
    try:
        return rfc3339.from_epoch(float(number) / divisor)
    except (OverflowError, OSError) as error:
        raise ValueError(f"{number[:40]} is outside of the calendar") from error


def _date_reader(how: str) -> Callable[[str], datetime]:
    if "%" in how:
        return lambda text: _in_utc(datetime.strptime(text, how))
    return _DATES[how][0]


def _date_writer(how: str) -> Callable[[datetime], object]:
    if "%" in how:
        return lambda moment: moment.strftime(how)
    return _DATES[how][1]


_DATES = {
    "iso": (rfc3339.parse, rfc3339.write),
    "iso_utc": (
        lambda text: _in_utc(datetime.fromisoformat(text)),
        lambda moment: moment.replace(tzinfo=None).isoformat(),
    ),
    "date": (
        lambda text: _in_utc(datetime.strptime(text, "%Y-%m-%d")),
        lambda moment: moment.date().isoformat(),
    ),
    "epoch_s": (
        lambda number: _from_epoch(number, 1),
        lambda moment: int(moment.timestamp()),
    ),
    "epoch_ms": (
        lambda number: _from_epoch(number, 1000),
        lambda moment: round(moment.timestamp() * 1000),
    ),
}


# ------------------------------------------------------------------
# Expressions
# ------------------------------------------------------------------


class Expression:
    """One compiled expression that knows where it stands.

    :param where: file and path for error texts
    :raise ConfigurationError: it cannot be compiled, or names what does not exist
    """

    def __init__(self, text: str, where: str, functions: TemplateFunctions):
        self.where = where
        try:
            self._compiled = jmespath.compile(text)
            _check_calls(self._compiled.parsed, functions)
        except (JMESPathError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise ConfigurationError(
                f"{where}: {text!r} is no valid expression: {reason}.",
                code="bad_expression",
                remedy="Correct it as https://jmespath.org describes. Put text that "
                "is meant literally behind =.",
            ) from error
        self._options = jmespath.Options(custom_functions=functions)

    def value(self, document):
        """What the expression finds in ``document``; None when it finds nothing.

        :raise ExpressionError: it found something that a function cannot take
        :raise UnmappedValueError: a word that a value map does not know
        """
        try:
            return self._compiled.search(document, options=self._options)
        except (JMESPathError, ValueError) as error:
            raise ExpressionError(f"{self.where}: {error}") from error

    def text(self, document) -> str | None:
        """The value as text; None when there is none or it is empty."""
        value = self.value(document)
        try:
            return to_text(value) or None
        except ValueError as error:
            raise ExpressionError(f"{self.where}: {error}") from error


def _check_calls(node: Mapping, functions: TemplateFunctions) -> None:
    """Find at load what JMESPath itself would only find in production."""
    if node["type"] == "function_expression":
        if node["value"] not in functions.FUNCTION_TABLE:
            raise ValueError(f"there is no function {node['value']}()")
        literals = [
            child["value"] if child["type"] == "literal" else None
            for child in node["children"]
        ]
        _check_literals(node["value"], literals, functions)
    for child in node["children"]:
        if isinstance(child, Mapping):
            _check_calls(child, functions)


def _check_literals(name: str, literals: list, functions: TemplateFunctions) -> None:
    if name == "map" and literals and literals[0] is not None:
        if literals[0] not in functions.value_maps:
            raise ValueError(f"there is no value map {literals[0]!r}")
    if name in ("parse_date", "format_date") and len(literals) == 2:
        how = literals[1]
        if how is not None and how not in _DATES and "%" not in str(how):
            raise ValueError(f"{name}() knows no {how!r}, only {', '.join(_DATES)}")


# ------------------------------------------------------------------
# Trees and texts made of expressions
# ------------------------------------------------------------------


def compile_tree(
    node, where: str, functions: TemplateFunctions
) -> Callable[[object], object]:
    """A function from a document to a JSON value shaped like ``node``.

    Texts are expressions, ``=text`` is that text, numbers and true/false stand for
    themselves. What finds nothing is left out, and so is an object left empty by it.
    """
    if isinstance(node, str):
        if node.startswith(_LITERAL_MARK):
            literal = node.removeprefix(_LITERAL_MARK)
            return lambda document: literal
        return Expression(node, where, functions).value
    if isinstance(node, Mapping):
        members = {
            name: compile_tree(child, f"{where}/{name}", functions)
            for name, child in node.items()
        }
        return lambda document: _filled_object(members, document)
    if isinstance(node, list):
        items = [
            compile_tree(child, f"{where}/{number}", functions)
            for number, child in enumerate(node)
        ]
        return lambda document: [
            value for item in items if (value := item(document)) is not None
        ]
    return lambda document: node


def _filled_object(members: Mapping[str, Callable], document) -> dict | None:
    values = {name: member(document) for name, member in members.items()}
    found = {name: value for name, value in values.items() if value is not None}
    return found if found or not members else None


def compile_text(
    text: str, where: str, functions: TemplateFunctions, encode: Callable[[str], str]
) -> Callable[[object], str]:
    """A function from a document to ``text`` with its ``{expression}`` filled in.

    :param encode: makes a found value safe for its place, e.g. percent-encoding; a
        ``ValueError`` from it means that the value has no safe form
    """
    # split() with a group gives text, expression, text, expression, ..., text.
    parts = _PLACEHOLDER.split(text)
    expressions = [Expression(part, where, functions) for part in parts[1::2]]

    def fill(document) -> str:
        filled = list(parts)
        for number, expression in enumerate(expressions):
            value = expression.text(document)
            if value is None:
                raise ExpressionError(f"{where}: {parts[2 * number + 1]!r} is empty")
            filled[2 * number + 1] = _encoded(encode, value, where)
        return "".join(filled)

    return fill


def _encoded(encode: Callable[[str], str], value: str, where: str) -> str:
    try:
        return encode(value)
    except ValueError as error:
        raise ExpressionError(f"{where}: {error}") from error
