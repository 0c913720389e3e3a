"""Data that breaks a contract in one place, one thing wrong at a time."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from .contract import Contract
from .good_data import complete
from .places import ABSENT, Place, changed, walk

UNKNOWN_MEMBER = "not_in_the_contract"
UNKNOWN_WORD = "no-such-word"
#: One value of each type, to find one that a place does not take.
_ONE_OF_EACH = (17, "17", True, [], {}, None)


@dataclass(frozen=True)
class BadData:
    """Data with one thing wrong.

    :param about: what is wrong, for the report: ``/data/title is missing``
    :param pointer: the place, from the root of ``data``
    """

    about: str
    pointer: str
    data: object


def bad_data(contract: Contract, seed: int) -> Iterator[BadData]:
    """Everything that can be wrong with the data, found from the contract.

    What the contract turns out to allow is left out.
    """
    data = complete(contract, random.Random(seed))
    tried = set()
    for place in walk(contract.schema, data):
        for about, steps, value in _wrongs(place):
            spoiled = changed(data, steps, value)
            if about not in tried and not contract.accepts(spoiled):
                tried.add(about)
                pointer = Place(steps, {}, None).pointer
                yield BadData(about, pointer, spoiled)


def _wrongs(place: Place) -> Iterator[tuple]:
    """What to try at a place: what it is, where, the value to put there."""
    name = f"/data{place.pointer}"
    if place.steps and not isinstance(place.steps[-1], int):
        yield f"{name} is missing", place.steps, ABSENT
    if isinstance(place.value, dict):
        unknown = (*place.steps, UNKNOWN_MEMBER)
        yield f"{name} has an unknown member", unknown, "?"
    for about, value in (*_wrong_kinds(place), *_beyond_limits(place)):
        yield f"{name} {about}", place.steps, value


def _wrong_kinds(place: Place) -> Iterator[tuple]:
    schema = place.schema
    if "enum" in schema or "const" in schema:
        yield "is a word that is not listed", UNKNOWN_WORD
    kinds = schema.get("type")
    for value in _ONE_OF_EACH:
        if kinds and type(value) is not type(place.value):
            yield f"is {_words(value)}", value
    if schema.get("format") == "date-time":
        yield "is no moment", "yesterday at noon"
        yield "has no offset", "2026-03-02T08:14:03"


def _beyond_limits(place: Place) -> Iterator[tuple]:
    schema = place.schema
    if "maxLength" in schema:
        yield "is too long", "x" * (schema["maxLength"] + 1)
    if schema.get("minLength"):
        yield "is too short", "x" * (schema["minLength"] - 1)
    if "minimum" in schema:
        yield "is too small", schema["minimum"] - 1
    if "exclusiveMinimum" in schema:
        yield "is at its lower bound", schema["exclusiveMinimum"]
    if "maximum" in schema:
        yield "is too large", schema["maximum"] + 1
    if "exclusiveMaximum" in schema:
        yield "is at its upper bound", schema["exclusiveMaximum"]
    if "pattern" in schema:
        yield "does not match its pattern", "\u00a0"
    if isinstance(place.value, list) and place.value:
        if "maxItems" in schema:
            yield "has too many items", place.value[:1] * (schema["maxItems"] + 1)
        if schema.get("uniqueItems"):
            yield "has an item twice", place.value[:1] * 2
    if schema.get("minItems"):
        yield "has too few items", []


def _words(value) -> str:
    words = {int: "a number", str: "text", bool: "true", list: "a list"}
    return "null" if value is None else words.get(type(value), "an object")
