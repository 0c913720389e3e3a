"""Devices of a test's own: what they make, ask and send."""

import hashlib
import json
import secrets
import uuid

from devkit import json_http, plant
from devkit.stage import Stage

from . import doors
from .own_connector import OwnConnector, given_connector

OWN_KEYS = {"device_trust": "own_keys"}
HEARTBEAT = "mfg.device.heartbeat.v1"


class Device:
    """A device behind a connector, with a key that it made itself."""

    def __init__(self, stage: Stage, connector: OwnConnector, source=None):
        self.stage, self.connector = stage, connector
        self.source = source or f"/plant/{uuid.uuid4().hex[:8]}"
        self.key = secrets.token_urlsafe(32)

    def asks(self, **changes) -> json_http.HttpAnswer:
        """Ask to be let in, vouched for by the connector's partner."""
        content = {
            "source": self.source,
            "key_sha256": hashlib.sha256(self.key.encode()).hexdigest(),
            "name": f"Gateway {self.source}",
            **changes,
        }
        sent = doors.Letter(
            doors.EDGE, json.dumps(content).encode(), "application/json"
        )
        sent.secret = self.connector.secret
        sent.path = f"/mfg/v1/edge/{self.connector.code}/devices"
        return sent.post(self.stage)

    def event(self, event_type=HEARTBEAT, sequence=None, *, historical=False, **data):
        """A CloudEvent of the device, not sent yet."""
        event = doors.cloudevent(f"e2e-{uuid.uuid4()}", event_type, data)
        event["source"] = self.source
        if sequence:
            event["sequence"] = sequence
        if historical:
            event["historical"] = True
        return event

    def sends(self, *events, key=None) -> json_http.HttpAnswer:
        """Send events, one or a batch, with the device's own key."""
        headers = {
            "Authorization": f"Bearer {key or self.key}",
            "Content-Type": doors.CLOUDEVENT,
        }
        body = events[0]
        if len(events) > 1:
            body = list(events)
            headers["Content-Type"] = "application/cloudevents-batch+json"
        url = f"{self.stage.url}/mfg/v1/edge/{self.connector.code}/events"
        return json_http.call("POST", url, json.dumps(body).encode(), headers)

    def vouched_for(self, *events) -> json_http.HttpAnswer:
        """Send events that the connector's partner signs."""
        sent = doors.letter(doors.EDGE)
        sent.secret, sent.path = self.connector.secret, self.connector.path("edge")
        sent.body = json.dumps(list(events)).encode()
        sent.content_type = "application/cloudevents-batch+json"
        return sent.post(self.stage)

    def row(self, *columns):
        """Columns of the device's row; None when there is none."""
        rows = self.stage.sql(
            f"SELECT {', '.join(columns)} FROM mfg_edge_device"
            " WHERE connector_id = %s AND source = %s",
            self.connector.id,
            self.source,
        )
        return rows[0] if rows else None

    def decided(self, verdict: str, session=None) -> None:
        """A person decides on the screen about what the device asks."""
        session = session or self.stage.session()
        waiting = session.search(
            "mfg.edge.enrolment",
            [("device_id.source", "=", self.source), ("state", "=", "waiting")],
        )
        asked = session.call("mfg.edge.enrolment", f"action_{verdict}", waiting)
        wizard = session.create(
            "mfg.edge.enrolment.verdict",
            row_ids=[(6, 0, asked["context"]["default_row_ids"])],
            verdict=asked["context"]["default_verdict"],
            note="Compared with the panel",
        )
        session.call("mfg.edge.enrolment.verdict", "action_confirm", [wizard])

    def let_in(self) -> "Device":
        """The device, after it asked and somebody approved."""
        assert self.asks().status == 202
        self.decided("approve")
        return self


def given_devices_connector(stage: Stage, **values) -> OwnConnector:
    """A live connector whose devices have keys of their own."""
    code, values = f"devices-{uuid.uuid4().hex[:8]}", {**OWN_KEYS, **values}
    return given_connector(stage, code, **values)


def given_machine(stage: Stage, connector: OwnConnector) -> tuple[int, str]:
    """A machine, and what the connector's devices call it."""
    admin, name = stage.session(), f"ROBOT-{uuid.uuid4().hex[:8]}"
    equipment = admin.create(plant.EQUIPMENT_MODEL, name=name)
    admin.create(
        "mfg.binding",
        connector_id=connector.id,
        res_model=plant.EQUIPMENT_MODEL,
        res_id=equipment,
        external_id=name,
    )
    return equipment, name
