"""HTML forms from outside, read so that whatever passes can be stored and mapped.

Browsers guess where a form is broken; here the sender's mistake is named instead. A
field that is sent twice is refused, too: readers disagree on which of the two counts.

Source: WHATWG URL Standard, section 5 (application/x-www-form-urlencoded).
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from ..exceptions import InvalidEventError
from .strict_json import escaped

MEDIA_TYPE = "application/x-www-form-urlencoded"
#: More are no webhook; each costs the time of a small object.
MOST_FIELDS = 1000
_HALF_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
#: Of a field's name, in a sentence.
_SHOWN = 40


def read(body: bytes, what: str = "The form") -> dict[str, str]:
    """The fields in ``body``, in the order sent; each value is text.

    :param what: subject of the error sentences, e.g. ``"The webhook"``
    :raise InvalidEventError: code ``not_form``, ``repeated_member`` with a pointer to
        the field, or ``not_storable`` for text that the database cannot hold
    """
    if body.count(b"&") >= MOST_FIELDS:
        raise _not_form(what, f"it has more than {MOST_FIELDS} fields")
    pieces = [piece for piece in body.split(b"&") if piece]
    if not pieces:
        raise _not_form(what, "it has no field")
    fields: dict[str, str] = {}
    for place, piece in enumerate(pieces, start=1):
        name, _equals, value = piece.partition(b"=")
        name = _text(name, what, f"the name of field {place}")
        if name in fields:
            raise InvalidEventError(
                f"{what} has the field {name[:_SHOWN]} twice, and readers disagree on"
                " which counts. Send it once.",
                code="repeated_member",
                pointer=pointer_to(name),
            )
        fields[name] = _text(value, what, f"the field {name[:_SHOWN]}")
    return fields


def pointer_to(name: str) -> str:
    """JSON pointer to a field, as if the form were an object."""
    return f"/{escaped(name)}"


def _text(written: bytes, what: str, which: str) -> str:
    if _HALF_ESCAPE.search(written):
        raise _not_form(
            what, f"in {which} two hexadecimal digits are missing behind a %"
        )
    try:
        text = unquote_to_bytes(written.replace(b"+", b" ")).decode()
    except UnicodeDecodeError as error:
        raise _not_form(what, f"{which} is not UTF-8; send UTF-8") from error
    if "\x00" in text:
        raise InvalidEventError(
            f"{what} has the character U+0000 in {which}, which cannot be stored."
            " Remove it.",
            code="not_storable",
        )
    return text


def _not_form(what: str, why: str) -> InvalidEventError:
    return InvalidEventError(f"{what} is not a valid form: {why}.", code="not_form")
