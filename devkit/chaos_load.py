"""What a chaos run puts into the hub, and the connector that it goes through."""

import contextlib
import json
import random
import threading

from . import json_http
from .partner_events import cloudevent, signed
from .plant import PEER_NETWORK, connection_user
from .stage import Stage

CODE = "chaos"
NAME = "Chaos CMMS"
SUBJECTS = 8
#: Messages that are owed in one transaction.
CHUNK = 500
REPEATED_SHARE = 0.25
EVENT_EVERY_S = 0.2
#: Retries and pauses are as short as the time limits of the template.
CONNECTOR = {
    "template": "chaos_cmms",
    "retry_base_s": 1,
    "retry_cap_s": 2,
    "retry_max_attempts": 200,
    "breaker_pause_s": 1,
    "breaker_longest_pause_s": 3,
}


def connector(stage: Stage) -> int:
    """A live connector to the stage's CMMS, its own documents left to others."""
    admin = stage.session()
    found = admin.search("mfg.connector", [("code", "=", CODE)])
    if found:
        return found[0]
    # The load speaks about some request; none is owed for it by this connector.
    admin.create("maintenance.request", name="Chaos")
    connector_id = admin.create(
        "mfg.connector",
        code=CODE,
        name=NAME,
        user_id=connection_user(admin, CODE, NAME),
        base_url=stage.cmms.url,
        allowed_networks=PEER_NETWORK,
        outbound_secret=stage.secrets.cmms_token,
        inbound_secret=stage.secrets.machine,
        **CONNECTOR,
    )
    admin.call("mfg.connector", "action_add_default_subscriptions", [connector_id])
    (subscription_id,) = admin.search(
        "mfg.subscription", [("connector_id", "=", connector_id)]
    )
    admin.write("mfg.subscription", subscription_id, condition="[('id', '=', 0)]")
    admin.call("mfg.connector", "action_go_live", [connector_id])
    return connector_id


def owe(stage: Stage, connector_id: int, messages: int, lanes: int) -> list[int]:
    """Owe that many messages, spread evenly over the lanes; their ids."""
    admin, ids = stage.session(), []
    for begun in range(0, messages, CHUNK):
        per_lane = -(-min(CHUNK, messages - begun) // lanes)
        ids += admin.call("mfg.test.load", "fill", connector_id, lanes, per_lane)
    return ids


class Sender(threading.Thread):
    """A partner that posts events in order, each again and again until it is stored.

    Some are posted once more although they were: their sender lost the answer.

    :param name: no other run's events begin with it
    """

    def __init__(self, stage: Stage, name: str, seed: int):
        super().__init__(daemon=True)
        self.ids: list[str] = []
        self.repeats = 0
        self.lost_answers = 0
        self._stage = stage
        self._name = name
        self._dice = random.Random(seed)
        self._finished = threading.Event()
        self._given_up = threading.Event()

    def run(self) -> None:
        """Post an event now and then until it is enough."""
        while not self._finished.wait(EVENT_EVERY_S):
            self.ids.append(f"{self._name}-{len(self.ids)}")
            body = self._body(len(self.ids), self.ids[-1])
            while not self._given_up.is_set() and not self._post(body):
                self.lost_answers += 1
                self._given_up.wait(EVENT_EVERY_S)
            if self._dice.random() < REPEATED_SHARE:
                self.repeats += 1
                self._post(body)

    def finish(self) -> None:
        """Begin no new event; the last one is posted until it is stored."""
        self._finished.set()

    def give_up(self) -> None:
        """Post nothing any more."""
        self._finished.set()
        self._given_up.set()
        self.join()

    def _body(self, number: int, event_id: str) -> bytes:
        event = cloudevent("mfg.test.happened.v1", {"number": number}, event_id)
        event["subject"] = f"{self._name}/{number % SUBJECTS}"
        return json.dumps(event).encode()

    def _post(self, body: bytes) -> bool:
        """Whether the hub says that it has stored the event."""
        url = f"{self._stage.url}/mfg/v1/events/{CODE}"
        content, headers = signed(self._stage.secrets.machine, body)
        with contextlib.suppress(OSError):
            return json_http.post(url, content, headers).status == 202
        return False
