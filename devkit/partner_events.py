"""Signed CloudEvents of a partner, for those parts that play one without a process."""

import json
import time
import uuid
from datetime import datetime, timezone

from tests.fakes import signing

SINGLE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


def cloudevent(
    event_type: str, data: dict, event_id: str | None = None, subject: str = "bench"
) -> dict:
    """An event as a partner would write it."""
    return {
        "specversion": "1.0",
        "id": event_id or str(uuid.uuid4()),
        "source": "urn:plant:bench",
        "type": event_type,
        "subject": subject,
        "time": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
        "datacontenttype": "application/json",
        "data": data,
    }


def ping(subject: str = "bench") -> bytes:
    event = cloudevent("mfg.ping.v1", {"note": "bench"}, subject=subject)
    return json.dumps(event).encode()


def count(event_id: str) -> dict:
    """A count of a machine that no order waits for."""
    data = {"equipment": "BENCH", "good_quantity": 1, "scrap_quantity": 0}
    return cloudevent("mfg.machine.count.v1", data, event_id)


def machine_count(machine: str, number: int) -> dict:
    """The count that a machine sends as its ``number``-th event."""
    event = count(f"{machine}-{number:06d}")
    event["sequence"] = f"1-{number}"
    event["data"]["equipment"] = machine
    return event


def signed(secret: str, body: bytes, *, media_type: str = SINGLE) -> tuple[bytes, dict]:
    """The body and the headers that a door wants with it."""
    message_id = f"msg-{uuid.uuid4()}"
    headers = signing.standard_webhook(secret, message_id, int(time.time()), body)
    return body, {"Content-Type": media_type, **headers}
