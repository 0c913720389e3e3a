"""Who an edge event is and what it says, each as 16 bytes.

The uuid is computed from the connector and the sender's event id, not drawn: a
repeat gets the same uuid in its answer without a look-up, and the narrow dedupe
table needs one key only.
"""

import hashlib
import json
import uuid

# Fixed for ever: another value would make every known event look new.
NAMESPACE = uuid.UUID("5f0c6a4e-2a57-5d8e-9a3e-0e1d6f7b1c42")


def event_uuid(connector_id: int, event_id: str) -> uuid.UUID:
    """The server's uuid of the event that a connector's sender calls ``event_id``."""
    return uuid.uuid5(NAMESPACE, f"event/{connector_id}/{event_id}")


def body_digest(envelope: dict) -> uuid.UUID:
    """What the event says, as a value to compare: equal for equal JSON documents.

    Spacing and the order of members do not count; a sender may serialise its
    buffered event again before it repeats it. Returned as a UUID because that is
    PostgreSQL's 16-byte column without a length header.
    """
    text = json.dumps(envelope, sort_keys=True, separators=(",", ":"))
    return uuid.UUID(bytes=hashlib.blake2b(text.encode(), digest_size=16).digest())
