"""A partner over real HTTP that answers as a test tells it to."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: Instead of a status: close the connection without an answer.
HANG_UP = 0
_POLL_S = 0.02


class HttpPartner:
    """Takes ``POST /told`` and remembers what it was told; naive, it dedupes nothing.

    :ivar told: number in each message that was accepted, in order
    :ivar calls: how many messages were sent to it, the refused ones included
    """

    def __init__(self):
        self.told = []
        self.calls = 0
        self._ids = set()
        self._judge = lambda number: (201, {})
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

    def answers(self, status=201, only=None, **headers):
        """From now on, answer with this status, to one number ``only`` if given."""
        named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        self._judge = lambda number: (
            (status, named) if only in (None, number) else (201, {})
        )

    def receive(self, message):
        """Status, headers and body of the answer to a message."""
        with self._lock:
            self.calls += 1
            status, headers = self._judge(message["number"])
            if status < 300 and status != HANG_UP:
                self.told.append(message["number"])
                self._ids.add(message["id"])
            return status, headers, {"id": message["id"]}

    def find(self, message_id):
        """Status, headers and body of the answer to a look-up."""
        known = message_id in self._ids
        return (200 if known else 404), {}, {"id": message_id}


def _handler_for(partner):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            length = int(self.headers["Content-Length"])
            self._answer(*partner.receive(json.loads(self.rfile.read(length))))

        def do_GET(self):
            self._answer(*partner.find(self.path.rpartition("/")[2]))

        def _answer(self, status, headers, content):
            if status == HANG_UP:
                self.close_connection = True
                return
            body = json.dumps(content).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments):
            """A test tells what happened by what it asserts."""

    return Handler
