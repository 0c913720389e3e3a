"""Events of one run: whole CloudEvents around given data."""

import json
from datetime import datetime, timezone

from .contract import Contract
from .letter import Letter

SOURCE = "/mfg-partner-kit"
KEEP = object()


class Events:
    """Makes events with ids that no other run uses.

    Their source and subject tell whoever finds one where it is from.

    :param run: names the run, part of every id
    :param now: moment of the events, aware
    """

    def __init__(self, contract: Contract, run: str, now: datetime):
        self.contract = contract
        self.run = run
        self.now = now
        self._count = 0

    def next_id(self) -> str:
        self._count += 1
        return f"kit-{self.run}-{self._count}"

    def event(self, data=KEEP, **attributes) -> dict:
        """A new event; data and attributes are those of the example, or as given."""
        return {
            "specversion": "1.0",
            "id": self.next_id(),
            "source": SOURCE,
            "type": self.contract.event_type,
            "subject": f"kit-{self.run}",
            "time": moment(self.now),
            "datacontenttype": "application/json",
            **attributes,
            "data": self.contract.data if data is KEEP else data,
        }

    def letter(self, about: str, event: dict | None = None, **changes) -> Letter:
        """One event, ready to be sent under its own id; a new one when not given."""
        event = self.event() if event is None else event
        message_id = event.get("id")
        if not isinstance(message_id, str) or not 0 < len(message_id) <= 256:
            message_id = self.next_id()
        return Letter(
            about, **{"body": encode(event), "message_id": message_id} | changes
        )


def encode(content) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def moment(when: datetime) -> str:
    """A moment as RFC 3339 writes it, in UTC."""
    text = when.astimezone(timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
