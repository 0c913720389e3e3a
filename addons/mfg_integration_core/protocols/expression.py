"""JMESPath as vendor templates use it, with the functions of ``template_functions.py``.

Expressions are compiled when a template is loaded; a wrong one, an unknown function or
an unknown value map is found then, and the error names file and place.

Source: https://jmespath.org/specification.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import jmespath
from jmespath.exceptions import JMESPathError

from ..exceptions import ConfigurationError
from .template_functions import TemplateFunctions
from .template_text import to_text

_LITERAL_MARK = "="
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


class ExpressionError(Exception):
    """An expression met a value that it cannot work with; the text names the place."""


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
        literals = [
            child["value"] if child["type"] == "literal" else None
            for child in node["children"]
        ]
        functions.check_call(node["value"], literals)
    for child in node["children"]:
        if isinstance(child, Mapping):
            _check_calls(child, functions)


# ------------------------------------------------------------------
# Trees and texts made of expressions
# ------------------------------------------------------------------


def compile_tree(
    node, where: str, functions: TemplateFunctions
) -> Callable[[object], object]:
    """A function from a document to a JSON value shaped like ``node``.

    Texts are expressions, ``=text`` is that text, numbers, true/false and null stand
    for themselves. What finds nothing is left out, and so is an object that this
    leaves empty.
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
        empty = frozenset(name for name, child in node.items() if child is None)
        return lambda document: _filled_object(members, empty, document)
    if isinstance(node, list):
        items = [
            compile_tree(child, f"{where}/{number}", functions)
            for number, child in enumerate(node)
        ]
        return lambda document: [
            value for item in items if (value := item(document)) is not None
        ]
    return lambda document: node


def _filled_object(
    members: Mapping[str, Callable], empty: frozenset[str], document
) -> dict | None:
    """The object with what was found, and null where the template says null."""
    values = {name: member(document) for name, member in members.items()}
    found = {
        name: value
        for name, value in values.items()
        if value is not None or name in empty
    }
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
