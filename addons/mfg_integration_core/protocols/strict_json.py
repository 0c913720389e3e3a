"""JSON from outside, read so that whatever passes can be stored and computed with.

Python's reader takes more than RFC 8259 (NaN), and JSON holds more than PostgreSQL's
``jsonb`` and a double can keep (U+0000, half characters, 1e999). Refusing it here names
the sender's mistake; refusing it in the database would be a server error. A member
that an object has twice is refused, too: readers disagree on which of the two counts.
"""

from __future__ import annotations

import json
import math
import re

from ..exceptions import InvalidEventError

# 309 digits do not fit into a double; more than 4300 would make int() itself refuse.
_MOST_DIGITS = 300
# Escapes that *may* spell a character that cannot be stored; only then look closely.
_SUSPECT_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def read(body: bytes | str, what: str = "The body"):
    """The JSON value in ``body``.

    :param what: subject of the error sentences, e.g. ``"Line 3"``
    :raise InvalidEventError: code ``not_json``, ``repeated_member`` with a pointer to
        it, or ``not_storable`` for characters and numbers that neither the database nor
        a double can hold
    """
    text = _decode(body, what) if isinstance(body, bytes) else body
    try:
        value = _READER.decode(text)
    except _RepeatedMemberError:
        raise _repeated_member(what, text) from None
    except RecursionError as error:
        raise _not_json(what, "it is nested too deeply") from error
    except json.JSONDecodeError as error:
        place = f"{error.msg} at line {error.lineno}, column {error.colno}"
        raise _not_json(what, place) from error
    if _SUSPECT_ESCAPE.search(text) and any(map(_UNSTORABLE.search, _texts(value))):
        raise InvalidEventError(
            f"{what} contains the character U+0000 or half of a surrogate pair, "
            "which cannot be stored. Remove it from the text.",
            code="not_storable",
        )
    return value


def _texts(value):
    """Every text and member name in ``value``; a loop, since depth is the sender's."""
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            yield from part
            pending.extend(part.values())
        elif isinstance(part, list):
            pending.extend(part)


def _decode(body: bytes, what: str) -> str:
    try:
        # RFC 8259, 8.1: a byte order mark may be ignored; some frameworks write it.
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = f"byte {error.start} is not UTF-8; send UTF-8"
        raise _not_json(what, place) from error


def _not_json(what: str, why: str) -> InvalidEventError:
    return InvalidEventError(f"{what} is not valid JSON: {why}.", code="not_json")


# ------------------------------------------------------------------
# Members that an object has twice
# ------------------------------------------------------------------


class _RepeatedMemberError(Exception):
    """Some object has a member twice; which one is looked for only then."""


class _Spoiled(dict):
    """An object that had the member ``repeated`` twice."""

    repeated = ""


def _distinct(members: list[tuple[str, object]]) -> dict:
    found = dict(members)
    if len(found) != len(members):
        raise _RepeatedMemberError
    return found


def _marked(members: list[tuple[str, object]]) -> dict:
    found = dict(members)
    if len(found) == len(members):
        return found
    spoiled, seen = _Spoiled(found), set()
    for name, _value in members:
        if name in seen:
            spoiled.repeated = name
            break
        seen.add(name)
    return spoiled


def _repeated_member(what: str, text: str) -> InvalidEventError:
    """The refusal; the text is read once more, slowly, to name the place."""
    pointer = _place_of_repeated(text)
    named = f"the member {pointer}" if pointer else "a member"
    return InvalidEventError(
        f"{what} has {named} twice in one object, and readers disagree on which"
        " counts. Send it once.",
        code="repeated_member",
        pointer=pointer,
    )


def _place_of_repeated(text: str) -> str | None:
    """JSON pointer to the member; None when what stands behind it is no JSON."""
    try:
        pending = [("", json.loads(text, object_pairs_hook=_marked))]
    except (RecursionError, ValueError):
        return None
    while pending:
        pointer, part = pending.pop()
        if isinstance(part, _Spoiled):
            return f"{pointer}/{escaped(part.repeated)}"
        if isinstance(part, dict):
            pending += [(f"{pointer}/{escaped(k)}", v) for k, v in part.items()]
        elif isinstance(part, list):
            pending += [(f"{pointer}/{place}", v) for place, v in enumerate(part)]
    return None


def escaped(name: str) -> str:
    """A member name as a step of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


# ------------------------------------------------------------------
# Numbers
# ------------------------------------------------------------------


def _refuse_constant(name: str):
    raise InvalidEventError(
        f"{name} is not a JSON number. Send null or leave the field out.",
        code="not_json",
    )


def _finite_float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _number_too_large(digits)
    return number


def _bounded_int(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise _number_too_large(digits)
    return int(digits)


def _number_too_large(digits: str) -> InvalidEventError:
    return InvalidEventError(
        f"The number {digits[:20]}… is too large to compute with.", code="not_storable"
    )


#: Made once: a decoder per line would cost more than the reading of the line.
_READER = json.JSONDecoder(
    parse_float=_finite_float,
    parse_int=_bounded_int,
    parse_constant=_refuse_constant,
    object_pairs_hook=_distinct,
)
