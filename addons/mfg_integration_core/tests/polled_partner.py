"""A partner over real HTTP that calls nobody and answers when it is asked."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

_POLL_S = 0.02
#: A moment of this partner, in epoch milliseconds; its clock goes on by hand.
NOON = 1795176000000


class PolledPartner:
    """``GET /changes?since=&offset=&limit=`` by time of change, ``GET /stock`` in full.

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
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._server.daemon_threads = True
        threading.Thread(
            target=self._server.serve_forever, args=(_POLL_S,), daemon=True
        ).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def put(self, key, number, *, later_ms=1, **more):
        """A thing is made or changed, ``later_ms`` after whatever happened last."""
        self.clock += later_ms
        self.things[key] = {"id": key, "number": number, "changed": self.clock, **more}

    def drop(self, key):
        """A thing disappears without a trace."""
        del self.things[key]

    def answer(self, path, query):
        """Status, headers and body of the answer to a request."""
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
            since = int(query.get("since", 0))
            wanted = [thing for thing in listed if thing["changed"] >= since]
            begin = int(query["offset"])
            page = wanted[begin : begin + int(query["limit"])]
            return 200, {}, json.dumps({"things": page}).encode()


def _handler_for(partner):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            parts = urlsplit(self.path)
            status, headers, body = partner.answer(
                parts.path, dict(parse_qsl(parts.query))
            )
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            if "Content-Length" in headers:
                self.close_connection = True

        def log_message(self, *_arguments):
            """A test tells what happened by what it asserts."""

    return Handler
