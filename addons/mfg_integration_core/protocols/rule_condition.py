"""Whether a value that was found meets what a row of a rule's condition asks.

Pure Python: values come from an event's data or from a document's fields; what is
asked was typed by a person, as text.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

OPERATORS = (
    ("=", "is"),
    ("!=", "is not"),
    (">", "is more than"),
    (">=", "is at least"),
    ("<", "is less than"),
    ("<=", "is at most"),
    ("contains", "contains"),
    ("in", "is one of"),
    ("set", "is known"),
    ("not set", "is not known"),
)
_TRUE = frozenset({"true", "yes", "1"})
_FALSE = frozenset({"false", "no", "0"})


def at_path(data: object, path: str) -> list:
    """The values that a dotted path leads to; lists on the way are gone through.

    :return: without those that are not known (absent, None, empty text)
    """
    found = [data]
    for name in path.split("."):
        following = []
        for each in found:
            if isinstance(each, dict) and name in each:
                value = each[name]
                following += value if isinstance(value, list) else [value]
        found = following
    return [value for value in found if value is not None and value != ""]


def members(schema: dict) -> list[tuple[str, tuple[str, ...]]]:
    """The paths that lead to values of what a JSON Schema describes, as it has them.

    :return: each with the values that it may have, where the schema lists them
    """
    return list(_members(schema, schema.get("$defs", {}), ()))


def _members(schema, definitions, way):
    for name, part in schema.get("properties", {}).items():
        # What one definition takes from another one is one step: no schema has more.
        part = definitions.get(part.get("$ref", "").rpartition("/")[2], part)
        part = part.get("items", part)
        if "properties" in part:
            yield from _members(part, definitions, (*way, name))
        else:
            choices = tuple(str(value) for value in part.get("enum", ()))
            yield ".".join((*way, name)), choices


def meets(found: Iterable, operator: str, wanted: str) -> bool:
    """Whether any of the values is what is wanted; "is not" asks it of all of them.

    Numbers are compared as numbers, anything else as text, without regard to case.

    :param wanted: for ``in`` separated by commas
    """
    values = list(found)
    if operator == "set":
        return bool(values)
    if operator == "not set":
        return not values
    if operator == "!=":
        return not any(_is(value, wanted) for value in values)
    return any(_meets_one(value, operator, wanted) for value in values)


def _meets_one(value: object, operator: str, wanted: str) -> bool:
    if operator == "=":
        return _is(value, wanted)
    if operator == "in":
        return any(_is(value, each.strip()) for each in wanted.split(","))
    if operator == "contains":
        return wanted.casefold() in str(value).casefold()
    return _compares(value, operator, wanted)


def _is(value: object, wanted: str) -> bool:
    if isinstance(value, bool):
        return wanted.strip().casefold() in (_TRUE if value else _FALSE)
    left, right = _number(value), _number(wanted)
    if left is not None and right is not None:
        return left == right
    return str(value).casefold() == wanted.strip().casefold()


def _compares(value: object, operator: str, wanted: str) -> bool:
    left, right = _number(value), _number(wanted)
    if left is None or right is None:
        # Moments in ISO 8601 compare as text.
        left, right = str(value), wanted.strip()
    return {
        ">": left > right,
        ">=": left >= right,
        "<": left < right,
        "<=": left <= right,
    }[operator]


def _number(value: object) -> Decimal | None:
    """The number that a value is or says; None for anything else."""
    if isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
