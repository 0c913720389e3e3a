"""How a device asks to be let in: who it is, and the hash of the key it has made.

The key itself never leaves the device. A person compares the beginning of the hash,
the fingerprint, with what the device shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from odoo.addons.mfg_integration_core.exceptions import InvalidEventError
from odoo.addons.mfg_integration_core.protocols import strict_json

#: As CloudEvents are taken here.
LONGEST_SOURCE = 512
LONGEST_NAME = 128
MEMBERS = ("source", "key_sha256", "name")
_SHA256 = re.compile("[0-9a-f]{64}")
#: Hexadecimal digits that people compare.
_FINGERPRINT = 16


@dataclass(frozen=True)
class Application:
    """What a device sent.

    :param source: ``source`` of its events
    :param key_sha256: SHA-256 of its key, in small hexadecimal digits
    :param name: what people are to call it
    """

    source: str
    key_sha256: str
    name: str

    @classmethod
    def read(cls, body: bytes) -> Application:
        """The application in a request.

        :raise InvalidEventError: code ``bad_application``, naming the member
        """
        sent = strict_json.read(body)
        if not isinstance(sent, dict):
            raise _bad("Send an object.", "")
        for member in sent:
            if member not in MEMBERS:
                raise _bad(f"`{member[:40]}` is no member of it.", f"/{member[:40]}")
        source = _text(sent, "source", LONGEST_SOURCE)
        name = _text(sent, "name", LONGEST_NAME) if "name" in sent else source
        key_sha256 = sent.get("key_sha256")
        if not isinstance(key_sha256, str) or not _SHA256.fullmatch(key_sha256):
            raise _bad(
                "`key_sha256` must be the SHA-256 of the key, as 64 small hexadecimal"
                " digits.",
                "/key_sha256",
            )
        return cls(source, key_sha256, name)


def fingerprint(key_sha256: str) -> str:
    """The beginning of a hash as people compare it: ``1a2b 3c4d 5e6f 7a8b``."""
    digits = key_sha256[:_FINGERPRINT]
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _text(sent: dict, member: str, longest: int) -> str:
    value = sent.get(member)
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise _bad(
            f"`{member}` must be a text of 1 to {longest} characters.", f"/{member}"
        )
    if any(ord(character) < 0x20 for character in value) or value != value.strip():
        raise _bad(
            f"`{member}` has a control character, or a space at an end.", f"/{member}"
        )
    return value


def _bad(detail: str, pointer: str) -> InvalidEventError:
    return InvalidEventError(detail, code="bad_application", pointer=pointer)
