"""A partner of a test's own, which proves itself as it likes."""

import base64
import uuid

from devkit import json_http, plant

from .doors import EDGE, EVENTS, letter


class Partner:
    """A live connector of a test's own, and what its partner sends."""

    def __init__(self, live, **values):
        self.live, self.admin = live, live.session()
        self.code = f"auth-{uuid.uuid4().hex[:8]}"
        user = plant.connection_user(self.admin, self.code, f"Partner {self.code}")
        self.id = self.admin.create(
            "mfg.connector",
            code=self.code,
            name=f"Partner {self.code}",
            user_id=user,
            **values,
        )
        self.admin.call("mfg.connector", "action_go_live", [self.id])

    def new_key(self):
        """The key that the button shows once."""
        shown = self.admin.call("mfg.connector", "action_generate_api_key", [self.id])
        return shown["params"]["message"]

    def key_record(self, key):
        """The id of the record that stands for the key."""
        prefix = key[: len("mfgk_") + 8]
        (found,) = self.admin.search("mfg.api.key", [("prefix", "=", prefix)])
        return found

    def send(self, authorization=None, door=EVENTS, event_id=None):
        """Post an event without a signature."""
        sent = letter(door, event_id)
        end = "/events" if door == EDGE else ""
        return self.call("POST", f"/{door}/{self.code}{end}", sent, authorization)

    def call(self, method, path, sent=None, authorization=None):
        """Call an address below ``/mfg/v1``."""
        headers = {"Authorization": authorization} if authorization else {}
        if sent:
            headers["Content-Type"] = sent.content_type
        url = f"{self.live.url}/mfg/v1{path}"
        return json_http.call(method, url, sent.body if sent else b"", headers)


def basic(username, password):
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def assert_refused(answer, code, challenge):
    """It is a problem document that says what to do and asks for credentials."""
    assert answer.status == 401, answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["code"] == code, answer.json
    assert answer.json["detail"]
    assert answer.headers["WWW-Authenticate"].startswith(challenge)
