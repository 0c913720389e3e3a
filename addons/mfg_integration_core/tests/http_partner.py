"""A partner over real HTTP that answers as a test tells it to."""

import json

from .loopback_partner import LoopbackPartner

#: Instead of a status: close the connection without an answer.
HANG_UP = 0


class HttpPartner(LoopbackPartner):
    """Takes ``POST /told`` and remembers what it was told; naive, it dedupes nothing.

    :ivar told: number in each message that was accepted, in order
    :ivar calls: how many messages were sent to it, the refused ones included
    """

    def __init__(self):
        self.told = []
        self.calls = 0
        self._ids = set()
        self._judge = lambda number: (201, {})
        super().__init__()

    def answers(self, status=201, only=None, **headers):
        """From now on, answer with this status, to one number ``only`` if given."""
        named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        self._judge = lambda number: (
            (status, named) if only in (None, number) else (201, {})
        )

    def answer(self, method, target, body):
        """Take a message, or look one up by its id."""
        if method == "GET":
            message_id = target.rpartition("/")[2]
            status, headers = 200 if message_id in self._ids else 404, {}
        else:
            message = json.loads(body)
            message_id = message["id"]
            status, headers = self._receive(message)
        if status == HANG_UP:
            return None
        return status, headers, json.dumps({"id": message_id}).encode()

    def _receive(self, message):
        with self._lock:
            self.calls += 1
            status, headers = self._judge(message["number"])
            if status < 300 and status != HANG_UP:
                self.told.append(message["number"])
                self._ids.add(message["id"])
            return status, headers
