"""A partner over real HTTP that calls nobody and answers when it is asked."""

import json
from urllib.parse import parse_qsl, urlsplit

from .loopback_partner import LoopbackPartner

#: A moment of this partner, in epoch milliseconds; its clock goes on by hand.
NOON = 1795176000000


class PolledPartner(LoopbackPartner):
    """``GET /changes?since=&offset=&limit=`` by time of change, ``GET /stock`` in full.

    ``GET /things/<id>`` tells the weight of a thing, ten times its number, and what was
    written about it: ``log``.

    :ivar asked: path and query of each request, in order
    :ivar answers: ``(status, headers, body)`` that are given before anything else
    :ivar between: called once each, before an answer is made: what happens meanwhile
    """

    def __init__(self):
        self.things = {}
        self.clock = NOON
        self.asked = []
        self.answers = []
        self.between = []
        super().__init__()

    def put(self, key, number, *, later_ms=1, **more):
        """A thing is made or changed, ``later_ms`` after whatever happened last."""
        self.clock += later_ms
        self.things[key] = {"id": key, "number": number, "changed": self.clock, **more}

    def drop(self, key):
        """A thing disappears without a trace."""
        del self.things[key]

    def answer(self, method, target, body):
        """What is prepared for this request, else the list that is asked for."""
        path, query = urlsplit(target).path, dict(parse_qsl(urlsplit(target).query))
        with self._lock:
            self.asked.append((path, query))
            if self.between:
                self.between.pop(0)()
            if self.answers:
                return self.answers.pop(0)
            listed = sorted(
                self.things.values(),
                key=lambda thing: (thing["changed"], str(thing.get("id"))),
            )
            if path == "/stock":
                bare = [{"id": one["id"], "number": one["number"]} for one in listed]
                return 200, {}, json.dumps(bare).encode()
            if path.startswith("/things/"):
                thing = self.things[path.rpartition("/")[2]]
                detail = {"weight": 10 * thing["number"], "log": thing.get("log")}
                return 200, {}, json.dumps(detail).encode()
            since = int(query.get("since", 0))
            wanted = [thing for thing in listed if thing["changed"] >= since]
            begin = int(query["offset"])
            page = wanted[begin : begin + int(query["limit"])]
            return 200, {}, json.dumps({"things": page}).encode()
