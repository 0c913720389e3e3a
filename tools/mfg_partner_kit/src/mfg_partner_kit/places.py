"""The places of a document, each with the part of the schema that describes it."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass

#: Stands for a member that is not there.
ABSENT = object()
_DEEPEST = 12


@dataclass(frozen=True)
class Place:
    """One value of a document.

    :param steps: names and list positions that lead there from the root
    :param schema: what describes the value, references resolved
    """

    steps: tuple
    schema: dict
    value: object

    @property
    def pointer(self) -> str:
        """The place as JSON pointer (RFC 6901); empty for the root."""
        return "".join(
            "/" + str(step).replace("~", "~0").replace("/", "~1") for step in self.steps
        )


def walk(root: dict, document) -> Iterator[Place]:
    """Every place of a document that its schema describes, the root first."""
    pending = [Place((), resolve(root, root), document)]
    while pending:
        place = pending.pop(0)
        yield place
        if len(place.steps) < _DEEPEST:
            pending += _below(root, place)


def resolve(root: dict, schema) -> dict:
    """The schema behind a reference within the same document.

    :return: empty, which describes anything, for a reference to somewhere else
    """
    for _turn in range(_DEEPEST):
        reference = schema.get("$ref") if isinstance(schema, dict) else None
        if not isinstance(reference, str):
            break
        schema = _follow(root, reference)
    return schema if isinstance(schema, dict) else {}


def references(schema) -> Iterator[str]:
    """Every reference in a schema, as it stands there."""
    pending = [schema]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            pending += part.values()
        elif isinstance(part, list):
            pending += part


def changed(document, steps: tuple, value):
    """A copy of the document with another value at a place, or without it."""
    if not steps:
        return value
    document = copy.deepcopy(document)
    parent = document
    for step in steps[:-1]:
        parent = parent[step]
    if value is ABSENT:
        del parent[steps[-1]]
    else:
        parent[steps[-1]] = value
    return document


def _below(root: dict, place: Place) -> list[Place]:
    if isinstance(place.value, dict):
        described = place.schema.get("properties", {})
        return [
            Place((*place.steps, name), resolve(root, described[name]), value)
            for name, value in place.value.items()
            if name in described
        ]
    items = place.schema.get("items")
    if isinstance(place.value, list) and isinstance(items, dict):
        return [
            Place((*place.steps, index), resolve(root, items), value)
            for index, value in enumerate(place.value)
        ]
    return []


def _follow(root: dict, reference: str):
    if reference == "#":
        return root
    if not reference.startswith("#/"):
        return {}
    part = root
    for step in reference[2:].split("/"):
        part = part.get(step.replace("~1", "/").replace("~0", "~"), {})
        if not isinstance(part, dict):
            return {}
    return part
