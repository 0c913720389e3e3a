"""The hub's doors as a partner sees them: address, valid event, signature."""

import json
import time
import uuid
from dataclasses import dataclass, field

from devkit import json_http
from devkit.poll import until
from devkit.stage import Stage
from tests.fakes import signing

EVENTS, EDGE, CMMS_HOOK, QMS_HOOK = "events", "edge", "hooks/cmms", "hooks/qms"
EVERY = (EVENTS, EDGE, CMMS_HOOK, QMS_HOOK)
PATHS = {
    EVENTS: "/mfg/v1/events/assembly-edge",
    EDGE: "/mfg/v1/edge/assembly-edge/events",
    CMMS_HOOK: "/mfg/v1/hooks/cmms",
    QMS_HOOK: "/mfg/v1/hooks/qms",
}
UNKNOWN_PATHS = {
    EVENTS: "/mfg/v1/events/nobody",
    EDGE: "/mfg/v1/edge/nobody/events",
    CMMS_HOOK: "/mfg/v1/hooks/nobody",
    QMS_HOOK: "/mfg/v1/hooks/nobody",
}
CLOUDEVENT = "application/cloudevents+json"


@dataclass
class Letter:
    """One request to a door, to be spoiled by a test before it is posted.

    :param signed: the bytes that the signature is for, when not those of the body
    :param secret: what to sign with, when not the one that the stage gave the sender
    """

    door: str
    body: bytes
    content_type: str
    message_id: str = field(default_factory=lambda: f"msg-{uuid.uuid4()}")
    timestamp: int = field(default_factory=lambda: int(time.time()))
    headers: dict = field(default_factory=dict)
    without: tuple[str, ...] = ()
    signed: bytes | None = None
    path: str | None = None
    method: str = "POST"
    secret: str | None = None

    def post(self, stage: Stage) -> json_http.HttpAnswer:
        """Sign it as the door's sender does and post it."""
        headers = {"Content-Type": self.content_type}
        headers |= self._signature(stage) | self.headers
        for name in self.without:
            headers.pop(name, None)
        url = stage.url + (self.path or PATHS[self.door])
        return json_http.call(self.method, url, self.body, headers)

    def _signature(self, stage: Stage) -> dict:
        content = self.body if self.signed is None else self.signed
        if self.door == CMMS_HOOK:
            secret = self.secret or stage.secrets.cmms_webhook
            return signing.cmms_webhook(secret, self.timestamp, content)
        secrets = stage.secrets
        own = secrets.qms_webhook if self.door == QMS_HOOK else secrets.machine
        return signing.standard_webhook(
            self.secret or own, self.message_id, self.timestamp, content
        )


def letter(door: str, event_id: str | None = None, **changes) -> Letter:
    """A letter that its door accepts; ``changes`` go into the event's data.

    :param event_id: the same id twice is the same event
    """
    event_id = event_id or f"e2e-{uuid.uuid4()}"
    message_id = event_id if door == QMS_HOOK else f"msg-{event_id}"
    return Letter(
        door=door,
        body=json.dumps(content(door, event_id, changes)).encode(),
        content_type="application/json" if door.startswith("hooks") else CLOUDEVENT,
        message_id=message_id,
    )


def content(door: str, event_id: str, changes: dict) -> dict:
    """What the door's sender would say."""
    if door == CMMS_HOOK:
        return {
            "event": "workorder.changed",
            "wo_no": event_id,
            "status": "WIP",
            "version": 2,
            "changed_at": 1789000000000,
            "technician": "R. Alvarez",
            "note": "",
            **changes,
        }
    if door == QMS_HOOK:
        return {
            "type": "inspection.decision",
            "inspection": event_id,
            "decision": "USAGE_DECISION_ACCEPT",
            "decided_by": "M. Ito",
            "decided_at": "2026-11-20T10:00:00+00:00",
            "comment": "",
            **changes,
        }
    if door == EDGE:
        return cloudevent(
            event_id,
            "mfg.machine.count.v1",
            {
                "equipment": "NOT-A-MACHINE-OF-OURS",
                "good_quantity": 1,
                "scrap_quantity": 0,
                **changes,
            },
        )
    return cloudevent(event_id, "mfg.ping.v1", {"note": "hello", **changes})


def cloudevent(event_id: str, event_type: str, data: dict, subject="e2e") -> dict:
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": "urn:plant:e2e",
        "type": event_type,
        "subject": subject,
        "time": "2026-11-20T10:00:00Z",
        "datacontenttype": "application/json",
        "data": data,
    }


def row_counts(stage: Stage) -> dict[str, int]:
    """How many rows there are wherever a door stores something, once it is quiet."""
    until(
        lambda: (
            not stage.value(
                "SELECT count(*) FROM mfg_edge_batch WHERE state = 'captured'"
            )
        ),
        "what the edge door captured is passed on",
    )
    tables = ("mfg_inbox_event", "mfg_edge_event", "mfg_edge_batch")
    return {t: stage.value(f"SELECT count(*) FROM {t}") for t in tables}


def counted_answers(stage: Stage) -> int:
    """How many answers of all doors were counted."""
    return stage.value("SELECT COALESCE(sum(count), 0) FROM mfg_door_counter")
