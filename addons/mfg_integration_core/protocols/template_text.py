"""Values as text and text as values, as partners exchange them."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence

from ..exceptions import InvalidEventError
from . import strict_json

_SLOT = re.compile(r"\{([0-9]{1,2})\}")


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


def to_json(value) -> str:
    """JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str | None):
    """The value that a text holds as JSON.

    :raise ValueError: it holds none
    """
    if text is None:
        return None
    try:
        return strict_json.read(text, what="The text")
    except InvalidEventError as error:
        raise ValueError(error.detail) from error


def to_base64(text: str | None) -> str | None:
    """The UTF-8 bytes of a text as base64."""
    return None if text is None else base64.b64encode(text.encode()).decode()


def to_base64url(text: str | None) -> str | None:
    """The same for a URL or a header: ``-`` and ``_``, no padding (RFC 4648, 5)."""
    if text is None:
        return None
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def concat(parts: Sequence) -> str | None:
    """The parts one behind the other; None parts are left out."""
    return "".join(to_text(part) for part in parts if part is not None) or None


def fill(pattern: str, values: Sequence) -> str | None:
    """``pattern`` with ``{0}``, ``{1}`` ... filled in; None when one of them is None.

    :raise ValueError: the pattern wants more values than there are
    """
    wanted = {int(number) for number in _SLOT.findall(pattern)}
    if wanted and max(wanted) >= len(values):
        raise ValueError(f"format() was given {len(values)} values, too few")
    if any(values[number] is None for number in wanted):
        return None
    return _SLOT.sub(lambda slot: to_text(values[int(slot[1])]), pattern)


def match(text: str | None, pattern: str) -> str | None:
    """What the pattern's first group finds in ``text``; without group, the whole find.

    :raise ValueError: the pattern is no regular expression
    """
    if text is None:
        return None
    try:
        found = re.search(pattern, text)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return found and found[min(1, found.re.groups)]
