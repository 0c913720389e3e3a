"""An event as a door stores it, before anything is done about it."""

import hashlib
import json
from dataclasses import dataclass, replace

from . import cloudevents, trace_context


@dataclass(frozen=True)
class Arrival:
    """One event as a door stores it.

    ``digest`` tells two events of one id apart; ``payload`` is the CloudEvent where
    it is known already, else None (a vendor's own webhook is mapped when handled);
    ``canonical`` is its text, in a form that does not depend on who wrote it.
    """

    event_id: str
    event_type: str
    body: bytes
    content_type: str
    digest: str
    ordering_key: str
    payload: dict | None = None
    canonical: bytes | None = None
    headers: dict | None = None
    uuid: str | None = None
    traceparent: str | None = None

    @classmethod
    def of_cloudevent(
        cls,
        event: dict,
        body: bytes | None = None,
        uuid: str | None = None,
        traceparent: str | None = None,
    ) -> "Arrival":
        """The arrival of a checked CloudEvent; its id is unique per sender.

        :param uuid: the server's uuid where the sender knows one already
        :param traceparent: of the request that brought it; the event's own goes first
        """
        canonical = json.dumps(event, sort_keys=True, separators=(",", ":")).encode()
        return cls(
            event_id=event["id"],
            event_type=event["type"],
            body=body or canonical,
            content_type=cloudevents.MEDIA_TYPE,
            digest=hashlib.sha256(canonical).hexdigest(),
            ordering_key=event.get("subject") or event["source"],
            payload=event,
            canonical=canonical,
            uuid=uuid,
            traceparent=trace_context.first_valid(
                event.get("traceparent"), traceparent
            ),
        )

    def apart(self) -> "Arrival":
        """The same under an id that no other event has: what it says is part of it."""
        return replace(self, event_id=f"{self.event_id}#{self.digest[:16]}")
