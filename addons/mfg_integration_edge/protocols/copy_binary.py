"""Values as PostgreSQL's COPY takes them in its binary format.

Reading text costs the server a third of the whole COPY of machine events. Every value
is its length and its bytes.

Source: PostgreSQL documentation, COPY, "Binary Format"; numeric: ``numeric_recv``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
#: First byte of a ``jsonb``.
JSONB_VERSION = 1

_LENGTH = struct.Struct(">i")
_INTEGER = struct.Struct(">ii")
_BIGINT = struct.Struct(">iq")
_NUMERIC = struct.Struct(">ihHHH")
_NEGATIVE = 0x4000
#: PostgreSQL's numeric counts in ten thousands.
_BASE_DIGITS = 4


def stream(rows: Iterable[bytes]) -> bytes:
    """A whole COPY of rows, each with its number of columns in front."""
    return b"".join((HEADER, *rows, TRAILER))


def varchar(text: str | None) -> bytes:
    """A text."""
    if text is None:
        return NULL
    encoded = text.encode()
    return _LENGTH.pack(len(encoded)) + encoded


def integer(number: int | None) -> bytes:
    """A whole number of 4 bytes."""
    return NULL if number is None else _INTEGER.pack(4, number)


def bigint(number: int | None) -> bytes:
    """A whole number of 8 bytes; also a timestamp, in microseconds since 2000."""
    return NULL if number is None else _BIGINT.pack(8, number)


@lru_cache(maxsize=4096)
def numeric(number: float | Decimal | None) -> bytes:
    """The decimal that was written, not the binary fraction next to it.

    Numbers that are equal are the same value here: 1.0 is written as 1.
    """
    if number is None:
        return NULL
    sign, digits, exponent = Decimal(str(number)).as_tuple()
    whole = "".join(map(str, digits)) + "0" * exponent
    zeros = min(len(whole) - len(whole.rstrip("0")), max(0, -exponent))
    whole, scale = whole[: len(whole) - zeros], max(0, -exponent - zeros)
    # Filled up to groups of four digits on both sides of the point.
    whole = whole.rjust(scale, "0") + "0" * (-scale % _BASE_DIGITS)
    places = -(-scale // _BASE_DIGITS)
    whole = "0" * (-len(whole) % _BASE_DIGITS) + whole
    groups = [
        int(whole[start : start + _BASE_DIGITS])
        for start in range(0, len(whole), _BASE_DIGITS)
    ]
    weight = len(groups) - places - 1
    while groups and not groups[0]:
        del groups[0]
        weight -= 1
    head = _NUMERIC.pack(
        8 + 2 * len(groups),
        len(groups),
        (weight if groups else 0) & 0xFFFF,
        _NEGATIVE if sign and groups else 0,
        scale,
    )
    return head + struct.pack(f">{len(groups)}H", *groups)
