"""Which members of events a template fills with words of its value maps.

The contract of such an event may list the words that it takes: these are the meanings
that a person can choose from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import jmespath
from jmespath.exceptions import JMESPathError

Target = tuple[str, tuple[str, ...]]


def of(content: Mapping) -> dict[str, list[Target]]:
    """``{map: [(event type, members on the way to the value)]}``.

    :param content: a template that was compiled already
    """
    found: dict[str, list[Target]] = {}
    for rule in _rules(content):
        for path, text in _leaves(rule["data"], ()):
            name = _whole_map(text)
            if name:
                targets = found.setdefault(name, [])
                if (rule["event_type"], path) not in targets:
                    targets.append((rule["event_type"], path))
    return found


def allowed_words(schema: Mapping, path: tuple[str, ...]) -> list[str] | None:
    """The words that a contract lets stand at ``path``; None when it names none."""
    node = schema
    for member in path:
        node = node.get("properties", {}).get(member, {})
    words = node.get("enum")
    return None if words is None else [word for word in words if word is not None]


def _rules(content: Mapping) -> Iterator[Mapping]:
    yield from content.get("webhooks", {}).get("events", ())
    for source in content.get("sources", {}).values():
        yield from source["events"]


def _leaves(node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, Mapping):
        for name, child in node.items():
            yield from _leaves(child, (*path, name))


def _whole_map(text: str) -> str | None:
    """The map whose word is all that the expression gives."""
    if text.startswith("="):
        return None
    try:
        node = jmespath.compile(text).parsed
    except JMESPathError:
        # Compiling the template itself names the mistake.
        return None
    if node["type"] == "function_expression" and node["value"] == "map":
        first = node["children"][0]
        return first["value"] if first["type"] == "literal" else None
    return None
