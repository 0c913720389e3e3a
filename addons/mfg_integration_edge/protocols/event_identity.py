"""Who an edge event is: a uuid that is computed, not drawn.

A repeat gets the same uuid in its answer without a look-up, and the narrow table of
known ids needs one key only.
"""

import hashlib
import uuid
from functools import lru_cache

# Fixed for ever: another value would make every known event look new.
NAMESPACE = uuid.UUID("5f0c6a4e-2a57-5d8e-9a3e-0e1d6f7b1c42")

_DIGITS = "0123456789"
#: Digits of an id's end that stay readable in its uuid.
_COUNTED = 8


def event_uuid(connector_id: int, event_id: str) -> uuid.UUID:
    """The server's uuid of the event that a connector's sender calls ``event_id``."""
    return uuid.UUID(event_key(connector_id, event_id)[1])


def event_key(connector_id: int, event_id: str) -> tuple[bytes, str]:
    """The same as 16 bytes, and in text.

    The last digits of the id, eight at most, stand at the uuid's end as they are; all
    before them, how many they are and the connector are hashed into its 90 other bits.
    So ``assy-r1-000231`` and the machine's next event are neighbours in an index, which
    then grows at its end instead of being rewritten everywhere.

    Source: RFC 9562, section 5.8 (version 8: bits of one's own).
    """
    stem = event_id.rstrip(_DIGITS)
    count = len(event_id) - len(stem)
    if count > _COUNTED:
        count = _COUNTED
        stem = event_id[:-_COUNTED]
    head, head_text = _of_stem(connector_id, stem, count)
    digits = event_id[len(stem) :].zfill(_COUNTED)
    return head + bytes.fromhex(digits), head_text + digits


@lru_cache(maxsize=4096)
def _of_stem(connector_id: int, stem: str, count: int) -> tuple[bytes, str]:
    """The first 12 bytes of the key, and their text up to the digits."""
    named = f"event/{connector_id}/{count}/{stem}".encode()
    digest = hashlib.blake2b(named, digest_size=12, key=NAMESPACE.bytes).digest()
    whole = bytearray(digest + bytes(_COUNTED // 2))
    whole[6] = whole[6] & 0x0F | 0x80  # version 8
    whole[8] = whole[8] & 0x3F | 0x80  # the variant of RFC 9562
    return bytes(whole[:12]), str(uuid.UUID(bytes=bytes(whole)))[:-_COUNTED]
