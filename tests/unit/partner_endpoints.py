"""Endpoints of partners, good and bad, as real HTTP servers on the loopback interface.

The good one is built of the hub's own decisions, so it owes the kit nothing.
"""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from mfg_integration_core.exceptions import IdConflictError, MfgIntegrationError
from mfg_integration_core.protocols import cloudevents, webhook_signature
from mfg_integration_core.protocols.contract import ContractBook

from tests.without_odoo import ADDONS

from .local_server import serving

LOOPBACK = "127.0.0.1"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
GATEWAY_KEY = "let-me-in"
FOLDERS = sorted(ADDONS.glob("*/contract"))


class Partner(ThreadingHTTPServer):
    """Opens one work order per event, and numbers them.

    :ivar orders: number of the order by the id of its event
    :ivar seen: how many requests came
    """

    daemon_threads = True
    # The kit sends several at once, and an endpoint must not refuse connections.
    request_queue_size = 16

    def __init__(self):
        super().__init__((LOOPBACK, 0), _Handler)
        self.contracts = ContractBook(FOLDERS)
        self.orders = {}
        self.seen = 0
        self._lock = threading.Lock()

    @property
    def url(self):
        return f"http://{LOOPBACK}:{self.server_address[1]}/events"

    def receive(self, headers, body):
        """Status, headers and content of the answer to one letter."""
        self.seen += 1
        try:
            event = self.read(headers, body)
            return 201, {}, {"number": self.order_of(event)}
        except MfgIntegrationError as error:
            media = {"Content-Type": "application/problem+json"}
            return error.status, media, error.as_problem()

    def read(self, headers, body):
        """The event, when everything about it is right."""
        webhook_signature.verify([SECRET], headers, body, now=time.time())
        (event,) = cloudevents.parse(headers.get("Content-Type"), body)
        cloudevents.check_envelope(event)
        self.contracts.check(event["type"], event.get("data"))
        return event

    def order_of(self, event):
        """The number of the event's order, made once."""
        with self._lock:
            order, data = self.orders.setdefault(
                event["id"], (f"WO-{len(self.orders) + 1}", event["data"])
            )
        if data != event["data"]:
            raise IdConflictError("Another event had this id.")
        return order


class Forgetful(Partner):
    """Makes an order of whatever comes, as often as it comes."""

    def order_of(self, event):
        with self._lock:
            number = len(self.orders) + 1
            self.orders[number] = event
        return f"WO-{number}"


class Credulous(Partner):
    """Takes everything and looks at nothing."""

    def receive(self, headers, body):
        return 200, {}, {"status": "thanks"}


class Page(Partner):
    """A login page in front of the endpoint."""

    def receive(self, headers, body):
        return 200, {"Content-Type": "text/html"}, "<!DOCTYPE html><h1>Log in</h1>"


class Moved(Partner):
    """Sends everybody to another host."""

    def receive(self, headers, body):
        return 307, {"Location": "http://elsewhere.example/events"}, None


class Broken(Partner):
    """Answers mistakes of the sender with mistakes of its own."""

    def receive(self, headers, body):
        status, headers, content = super().receive(headers, body)
        return (500 if status >= 400 else status), headers, content


class Terse(Partner):
    """Refuses with the right status and not one word."""

    def receive(self, headers, body):
        status, headers, content = super().receive(headers, body)
        return (status, {}, None) if status >= 400 else (status, headers, content)


class Halved(Partner):
    """Says JSON and writes half of it."""

    def receive(self, headers, body):
        return 200, {}, '{"number": "WO-'


class Busy(Partner):
    """Asks everybody to come again once."""

    def receive(self, headers, body):
        answer = super().receive(headers, body)
        if self.seen % 2:
            return 429, {"Retry-After": "0"}, None
        return answer


class Cut(Partner):
    """Promises more than it sends."""

    def receive(self, headers, body):
        return 200, {"Content-Length": "1000"}, {"number": "WO-1"}


class Guarded(Partner):
    """Has a gateway in front that wants a key."""

    def receive(self, headers, body):
        if headers.get("X-Api-Key") != GATEWAY_KEY:
            return 403, {}, None
        return super().receive(headers, body)


class Silent(Partner):
    """Hangs up without an answer, on everybody but the first."""

    def receive(self, headers, body):
        answer = super().receive(headers, body)
        return answer if self.seen == 1 else None


class Hub(Partner):
    """Serves contracts beside its door, as our hub does."""

    def get(self, path):
        """Status and content of what is read there."""
        route, _slash, name = path.partition("/mfg/v1/contracts")
        if route or not _slash:
            return 404, {"title": "not here"}
        if not name:
            return 200, {"contracts": [{"type": t} for t in self.contracts.types()]}
        schema = self.contracts.schema(name[1:])
        return 200, {"schema": schema, "example": self.contracts.example(name[1:])}


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.server.receive(self.headers, body)
        if answer:
            self._answer(*answer)

    def do_GET(self):
        status, content = self.server.get(self.path)
        self._answer(status, {}, content)

    def _answer(self, status, headers, content):
        written = content if isinstance(content, str) else json.dumps(content)
        body = b"" if content is None else written.encode()
        length = str(len(body))
        self.send_response(status)
        usual = {"Content-Type": "application/json", "Content-Length": length}
        for name, value in {**usual, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        """Say nothing: the kit tells what came."""


def running(kind=Partner):
    """A partner that answers until the block ends."""
    return serving(kind())
