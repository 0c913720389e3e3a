"""Data that keeps a contract: the example, less of it, more of it, other values."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from .contract import Contract
from .places import ABSENT, changed, resolve, walk

_TRIES = 40
_MOST_TEXT = 60
_DEEPEST = 6
#: Letters of several scripts, a character beyond 16 bits, quotes, markup, a line end.
_PIECES = (
    *("lot 7", "Größe", "été", "ядро", "検査", "ضغط", "⚙", "🔧"),
    *('"x"', "<b>", "a&b", "it's", "100 %", "\\", "\n", "\t", "=1+1"),
)
_EPOCH = datetime(2026, 1, 1, tzinfo=timezone.utc)
_OFFSETS = ("Z", "+00:00", "+05:30", "-08:00")


def good_data(contract: Contract, seed: int, count: int) -> Iterator[tuple]:
    """Pairs of what it is and the data, all of it valid and no two the same.

    :param seed: the same one generates the same values
    :param count: how many with generated values
    """
    chance, seen = random.Random(seed), []
    for about, data in _derived(contract, chance):
        if data not in seen and contract.accepts(data):
            seen.append(data)
            yield about, data
    for number in range(1, count + 1):
        data = _generated(contract, chance, seen)
        # A contract without much choice runs out of values.
        if data is not ABSENT:
            seen.append(data)
            yield f"generated values {number}", data


def complete(contract: Contract, chance: random.Random):
    """The example's data with every member that the contract knows, where it can."""
    data = contract.data
    for place in list(walk(contract.schema, data)):
        if not isinstance(place.value, dict):
            continue
        for name, schema in place.schema.get("properties", {}).items():
            if name not in place.value:
                value = _value(_Draw(contract.schema, chance), schema, ABSENT)
                more = changed(data, (*place.steps, name), value)
                data = more if contract.accepts(more) else data
    return data


def _derived(contract: Contract, chance: random.Random) -> Iterator[tuple]:
    """What the example leads to; it need not be valid."""
    yield "the example", contract.data
    yield "only what is required", _least(contract)
    yield "every member of the contract", complete(contract, chance)
    for place in walk(contract.schema, contract.data):
        for word in place.schema.get("enum", ()):
            about = f"/data{place.pointer} is {word!r}"
            yield about, changed(contract.data, place.steps, word)


def _least(contract: Contract):
    """The example's data without what can be left out."""
    data = contract.data
    for place in reversed(list(walk(contract.schema, contract.data))):
        if place.steps and not isinstance(place.steps[-1], int):
            less = changed(data, place.steps, ABSENT)
            data = less if contract.accepts(less) else data
    return data


def _generated(contract: Contract, chance: random.Random, seen: list):
    """Valid data that was not seen yet, absent when chance does not find any."""
    draw = _Draw(contract.schema, chance)
    for _turn in range(_TRIES):
        data = _value(draw, contract.schema, contract.data)
        if data not in seen and contract.accepts(data):
            return data
    return ABSENT


@dataclass(frozen=True)
class _Draw:
    """What generated values are drawn from.

    :param depth: how far below the root of the document
    """

    root: dict
    chance: random.Random
    depth: int = 0

    def deeper(self) -> "_Draw":
        return replace(self, depth=self.depth + 1)


def _value(draw: _Draw, schema, known):
    """A value of a schema; ``known`` is one that is valid, or absent."""
    schema, chance = resolve(draw.root, schema), draw.chance
    for name in ("const", "enum"):
        if name in schema:
            return chance.choice(schema[name]) if name == "enum" else schema[name]
    kinds = schema.get("type", _kind(known))
    kind = chance.choice(kinds) if isinstance(kinds, list) else kinds
    make = _MAKERS.get(kind)
    if make is None or "pattern" in schema:
        return None if known is ABSENT else known
    return make(draw.deeper(), schema, known)


def _object(draw, schema, known):
    # A schema may describe a part of itself; what is not required ends there.
    likely = 0.7 if draw.depth < _DEEPEST else 0
    required = schema.get("required", ())
    of_known = known if isinstance(known, dict) else {}
    return {
        name: _value(draw, part, of_known.get(name, ABSENT))
        for name, part in schema.get("properties", {}).items()
        if name in required or draw.chance.random() < likely
    }


def _array(draw, schema, known):
    fewest = schema.get("minItems", 0)
    usual = fewest + 3 if draw.depth < _DEEPEST else fewest
    most = min(schema.get("maxItems", usual), usual)
    sample = known[0] if isinstance(known, list) and known else ABSENT
    return [
        _value(draw, schema.get("items", {}), sample)
        for _index in range(draw.chance.randint(fewest, most))
    ]


def _text(draw, schema, _known):
    chance = draw.chance
    if schema.get("format") == "date-time":
        moment = _EPOCH + timedelta(milliseconds=chance.randrange(10**10))
        return moment.isoformat()[:-6] + chance.choice(_OFFSETS)
    shortest = schema.get("minLength", 0)
    longest = schema.get("maxLength", max(shortest, _MOST_TEXT))
    text = " ".join(chance.choices(_PIECES, k=chance.randint(1, 8)))[:longest]
    return text.ljust(shortest, "x")


def _number(draw, schema, _known):
    return round(draw.chance.uniform(*_bounds(schema)), 3)


def _integer(draw, schema, _known):
    low, high = _bounds(schema)
    return draw.chance.randint(int(low), int(high))


def _bounds(schema) -> tuple[float, float]:
    low = max(schema.get("minimum", -(10**6)), schema.get("exclusiveMinimum", -(10**6)))
    high = min(schema.get("maximum", low + 10**6), low + 10**6)
    return low, min(high, schema.get("exclusiveMaximum", high))


_MAKERS = {
    "object": _object,
    "array": _array,
    "string": _text,
    "number": _number,
    "integer": _integer,
    "boolean": lambda draw, _schema, _known: draw.chance.random() < 0.5,
    "null": lambda *_any: None,
}
_KINDS = ((bool, "boolean"), (dict, "object"), (list, "array"), (str, "string"))


def _kind(value) -> str:
    """The type of a value that no schema names the type of."""
    return next((kind for each, kind in _KINDS if isinstance(value, each)), "any")
