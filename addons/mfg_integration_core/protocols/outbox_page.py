"""How a partner that is not called asks for its messages and acknowledges them.

A cursor is a place in the order in which the messages were opened for fetching. It is
opaque to the partner, so that another order can be kept later.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from ..exceptions import InvalidEventError, MfgIntegrationError
from . import strict_json

DEFAULT_LIMIT = 100
MOST_MESSAGES = 500
MOST_ACKNOWLEDGEMENTS = 1000
LONGEST_REFERENCE = 256
_CURSOR = re.compile(r"v1:([0-9]{1,18})")
_LIMIT = re.compile("[0-9]{1,4}")


# ------------------------------------------------------------------
# Which page
# ------------------------------------------------------------------


def write_cursor(position: int) -> str:
    """The cursor of a place; what comes behind it is on the next page."""
    return base64.urlsafe_b64encode(f"v1:{position}".encode()).decode().rstrip("=")


def read_cursor(text: str | None) -> int:
    """The place that a cursor stands for; without one, that before all messages.

    :raise InvalidEventError: code ``bad_cursor``
    """
    if not text:
        return 0
    try:
        padded = text + "=" * (-len(text) % 4)
        found = _CURSOR.fullmatch(base64.urlsafe_b64decode(padded.encode()).decode())
    except (binascii.Error, ValueError):
        found = None
    if not found:
        raise InvalidEventError(
            "`after` is no cursor of ours. Send the `cursor` of the page before, or"
            " leave it out to begin with the oldest message.",
            code="bad_cursor",
        )
    return int(found[1])


def read_limit(text: str | None) -> int:
    """How many messages a page may have.

    :raise InvalidEventError: code ``bad_limit``
    """
    if not text:
        return DEFAULT_LIMIT
    if not _LIMIT.fullmatch(text) or not 1 <= int(text) <= MOST_MESSAGES:
        raise InvalidEventError(
            f"`limit` is a number from 1 to {MOST_MESSAGES}.", code="bad_limit"
        )
    return int(text)


# ------------------------------------------------------------------
# What is acknowledged
# ------------------------------------------------------------------


@dataclass(frozen=True)
class Acknowledgement:
    """The partner has a message and calls what it made of it by a number of its own."""

    id: str
    reference: str

    @classmethod
    def read(cls, item, pointer: str) -> Acknowledgement:
        """One item of a request.

        :raise InvalidEventError: code ``bad_acknowledgement``, with its place
        """
        if not isinstance(item, dict):
            raise _bad("Each acknowledgement is an object.", pointer)
        for name in ("id", "reference"):
            value = item.get(name)
            if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_REFERENCE:
                raise _bad(
                    f"`{name}` must be a text of 1 to {LONGEST_REFERENCE} characters.",
                    f"{pointer}/{name}",
                )
        return cls(item["id"], item["reference"])


def read_acknowledgements(body: bytes) -> list[Acknowledgement | MfgIntegrationError]:
    """What a request acknowledges, in its order; an error in place of a wrong item.

    :raise InvalidEventError: the request as a whole can't be read
    """
    content = strict_json.read(body)
    items = content.get("acknowledgements") if isinstance(content, dict) else None
    if not isinstance(items, list) or len(items) > MOST_ACKNOWLEDGEMENTS:
        raise _bad(
            'Send {"acknowledgements": [...]} with at most'
            f" {MOST_ACKNOWLEDGEMENTS} of them.",
            "/acknowledgements",
        )
    return [
        _read_item(item, f"/acknowledgements/{place}")
        for place, item in enumerate(items)
    ]


def _read_item(item, pointer: str) -> Acknowledgement | MfgIntegrationError:
    try:
        return Acknowledgement.read(item, pointer)
    except InvalidEventError as error:
        return error


def _bad(detail: str, pointer: str) -> InvalidEventError:
    return InvalidEventError(detail, code="bad_acknowledgement", pointer=pointer)
