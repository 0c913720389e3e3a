"""Documents after a JSON Schema, and documents that are one step away from one."""

import copy
from datetime import datetime

from hypothesis import strategies as st

#: What may stand where something else was expected.
ODD_VALUES = (
    *(None, True, False, "", "x" * 2000, "0", "\x7f", "ü€😀", [], {}, ["a"]),
    *(0, -1, 1, -0.0, 0.1, 1.0, 2.5, 1e-9, 1e9, 1e9 + 1, 1e12, 10**13, 1e300, 2**64),
    *("2026-03-02T09:40:58Z", "2026-02-30T09:40:58Z", "9999-12-31T23:59:59-01:00"),
    *("9998-12-31T23:59:59-01:00", "1000-01-01T00:00:00+01:00"),
    *(
        "2026-03-02 09:40:58Z",
        "2026-03-02T09:40:58",
        "2026-03-02T09:40:60.1234567+01:00",
    ),
)
_MOMENTS = st.datetimes(datetime(1000, 1, 1), datetime(9998, 12, 31)).map(
    lambda at: at.isoformat() + "Z"
) | st.sampled_from(["2026-03-02T09:40:58.123456789+01:00", "2026-03-02t09:40:58z"])


def documents(schema: dict, root: dict | None = None):
    """A strategy of documents that keep the schema, as far as the contracts need it."""
    root = root or schema
    if "$ref" in schema:
        return documents(_resolved(schema["$ref"], root), root)
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema and "type" not in schema:
        return st.one_of([documents(one, root) for one in schema["anyOf"]])
    return _OF_TYPE[schema["type"]](schema, root)


@st.composite
def neighbours(draw, document: dict):
    """The document with one thing changed, anywhere in it."""
    changed = copy.deepcopy(draw(document))
    objects = list(_objects(changed))
    part = draw(st.sampled_from(objects))
    names = st.sampled_from([*part, "unknown", "Equipment"])
    name = draw(names)
    if draw(st.booleans()) and name in part:
        del part[name]
    else:
        part[name] = draw(st.sampled_from(ODD_VALUES))
    return changed


def _resolved(reference: str, root: dict) -> dict:
    found = root
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def _objects(document):
    if isinstance(document, dict):
        yield document
        for part in document.values():
            yield from _objects(part)


def _object(schema, root):
    required = set(schema.get("required", ()))
    members = {
        name: documents(part, root) for name, part in schema["properties"].items()
    }
    optional = {name: members[name] for name in members if name not in required}
    ways = schema.get("anyOf") or [{}]
    return st.one_of(
        [
            st.fixed_dictionaries(
                {
                    name: members[name]
                    for name in required | set(way.get("required", ()))
                },
                optional={
                    name: part
                    for name, part in optional.items()
                    if name not in way.get("required", ())
                },
            )
            for way in ways
        ]
    )


def _text(schema, _root):
    if schema.get("format") == "date-time":
        return _MOMENTS
    least = schema.get("minLength", 0)
    characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    return st.text(characters, min_size=least, max_size=schema.get("maxLength", 40))


def _whole(schema, _root):
    return st.integers(schema.get("minimum", -(10**6)), schema.get("maximum", 10**6))


def _number(schema, root):
    least = schema.get("minimum", schema.get("exclusiveMinimum", -1e6))
    most = schema.get("maximum", 1e6)
    above = "exclusiveMinimum" in schema
    return st.floats(least, most, exclude_min=above) | st.integers(
        int(least) + above, int(most)
    )


_OF_TYPE = {
    "object": _object,
    "string": _text,
    "integer": _whole,
    "number": _number,
    "boolean": lambda _schema, _root: st.booleans(),
    "array": lambda schema, root: st.lists(
        documents(schema["items"], root), max_size=5
    ),
}
