"""A small HTTP system with a ledger, manners and a control door.

A peer declares ``ROUTES``; the base answers ``/_control/...`` and applies the manners
to everything else. Control door, JSON in and out:

``GET /_control/ledger``      every ledger line so far
``GET /_control/manners``     how it misbehaves; ``POST`` changes it
"""

import argparse
import http.client
import json
import os
import re
import signal
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from .courier import Courier
from .ledger import Ledger
from .manners import Manners

EXIT_BY_COMMAND = 70
STOP_POLL_S = 0.02
LOOPBACK = "127.0.0.1"
#: Status and Retry-After of a request that the dice have refused.
REFUSALS = {"refuse": (503, None), "busy": (429, 1), "down": (503, 1)}


class Refusal(Exception):
    """Ends a request with a status and a JSON body."""

    def __init__(self, status: int, reason: str):
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass
class Request:
    """What a route gets to see of an HTTP request."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict:
        """The body as a JSON object.

        :raise Refusal: 400 when it is something else
        """
        try:
            value = json.loads(self.body or b"{}")
        except ValueError as error:
            raise Refusal(400, f"not JSON: {error}") from error
        if not isinstance(value, dict):
            raise Refusal(400, "a JSON object is expected")
        return value


@dataclass
class Answer:
    """What a route answers; ``body`` is sent as JSON, bytes as they are.

    A ``Content-Length`` among the headers is believed: a longer one than the body has
    makes an answer that breaks off.
    """

    status: int
    body: object
    headers: dict[str, str] = field(default_factory=dict)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    #: As many connections may wait to be accepted as at usual servers, not just five.
    request_queue_size = 128


class Peer:
    """Base of the fakes: serves HTTP in threads until it is closed.

    :param port: 0 takes a free one, see ``url``
    :param host: where it listens; in a container that is not the loopback interface
    :param odoo: base address of the Odoo server that gets the calls back
    """

    name = "peer"
    ROUTES: tuple[tuple[str, str, str], ...] = ()
    CONTROLS: tuple[tuple[str, str, str], ...] = (
        ("GET", r"/_control/ledger", "show_ledger"),
        ("GET", r"/_control/manners", "show_manners"),
        ("POST", r"/_control/manners", "change_manners"),
    )

    def __init__(
        self,
        *,
        port: int,
        ledger: Path,
        odoo: str,
        connector: str,
        host: str = LOOPBACK,
    ):
        self.odoo = odoo.rstrip("/")
        self.connector = connector
        self.ledger = Ledger(ledger)
        self.manners = Manners()
        self.courier = Courier(self.ledger)
        self.closing = threading.Event()
        self.lock = threading.RLock()
        self._server = _Server((host, port), _handler_for(self))

    # ------------------------------------------------------------------ life

    @property
    def url(self) -> str:
        """Where the peer listens."""
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    def start(self) -> "Peer":
        """Serve in the background, for tests that stay in one process."""
        threading.Thread(
            target=self._server.serve_forever, args=(STOP_POLL_S,), daemon=True
        ).start()
        return self

    def serve(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.closing.set())
        self.start()
        print(f"{self.name} ready: {self.url}", flush=True)
        self.closing.wait()
        self.close()

    def close(self) -> None:
        """Stop answering and calling."""
        self.closing.set()
        self.courier.close()
        self._server.shutdown()
        self._server.server_close()

    # ---------------------------------------------------------------- routes

    def answer(self, request: Request) -> Answer | None:
        """The answer to a request; None closes the connection without one."""
        try:
            if request.path.startswith("/_control/"):
                return self._route(self.CONTROLS, request)
            return self._answer_with_manners(request)
        except Refusal as refusal:
            return Answer(refusal.status, {"error": refusal.reason})

    def check_credentials(self, request: Request) -> None:
        """Refuse a caller who does not prove who it is; each peer has its own way."""

    def show_ledger(self, _request: Request) -> Answer:
        return Answer(200, self.ledger.entries())

    def show_manners(self, _request: Request) -> Answer:
        return Answer(200, self.manners.as_dict())

    def change_manners(self, request: Request) -> Answer:
        try:
            self.manners.change(request.json())
        except ValueError as error:
            raise Refusal(422, str(error)) from error
        return self.show_manners(request)

    # --------------------------------------------------------------- manners

    def _answer_with_manners(self, request: Request) -> Answer | None:
        self.closing.wait(self.manners.think_s)
        trouble = self.manners.throw()
        if trouble:
            self.ledger.append("spoiled", how=trouble, method=request.method)
        if trouble == "drop" or self.manners.take("drop_times"):
            return None
        if trouble == "stall" or self.manners.take("stall_times"):
            self.closing.wait(self.manners.stall_s)
            return None
        self.check_credentials(request)
        if trouble in REFUSALS:
            return self._refuse(request, *REFUSALS[trouble])
        if self.manners.take("refuse_times"):
            manners = self.manners
            return self._refuse(request, manners.refuse_status, manners.retry_after_s)
        answer = self._take_effect(request)
        if trouble == "late":
            self.closing.wait(self.manners.late_s)
        return None if trouble == "lose" else answer

    def _take_effect(self, request: Request) -> Answer:
        """Do what is asked, unless the peer dies over it."""
        writes = request.method != "GET"
        if writes and self.manners.die == "before_effect":
            os._exit(EXIT_BY_COMMAND)
        answer = self._route(self.ROUTES, request)
        if writes and self.manners.die == "after_effect":
            os._exit(EXIT_BY_COMMAND)
        if writes and self.manners.take("late_times"):
            self.closing.wait(self.manners.late_s)
        return answer

    def _refuse(
        self, request: Request, status: int, retry_after_s: int | None
    ) -> Answer:
        headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
        reason = http.client.responses.get(status, "refused")
        self.ledger.append(
            "refused", method=request.method, path=request.path, status=status
        )
        return Answer(status, {"error": reason}, headers)

    def _route(self, routes, request: Request) -> Answer:
        for method, pattern, name in routes:
            match = re.fullmatch(pattern, request.path)
            if match and method == request.method:
                return getattr(self, name)(request, *match.groups())
        raise Refusal(404, f"no route {request.method} {request.path}")


def _handler_for(peer: Peer) -> type[BaseHTTPRequestHandler]:
    """The request handler class of one peer."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self):
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            request = Request(
                method=self.command,
                path=parts.path,
                query=dict(parse_qsl(parts.query)),
                headers=self.headers,
                body=self.rfile.read(length),
            )
            answer = peer.answer(request)
            if answer is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self._send(answer)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

        def _send(self, answer: Answer):
            # 204 has no body, or the next answer would begin in the middle of it.
            body = b"" if answer.status == 204 else answer.body
            if not isinstance(body, bytes):
                body = json.dumps(body).encode()
            headers = {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                **answer.headers,
            }
            self.close_connection |= headers["Content-Length"] != str(len(body))
            self.send_response(answer.status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def handle(self):
            try:
                super().handle()
            except (ConnectionResetError, BrokenPipeError):
                # The caller has gone away, as one with a time-out does.
                self.close_connection = True

        def log_message(self, template, *values):
            print(f"{self.log_date_time_string()} {template % values}", flush=True)

    return Handler


def argument_parser(peer: type[Peer]) -> argparse.ArgumentParser:
    """Options that every peer has; each adds its own secrets."""
    parser = argparse.ArgumentParser(
        prog=f"python -m tests.fakes.{peer.name}", description=peer.__doc__
    )
    parser.add_argument("--host", default=LOOPBACK, help="where to listen")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--odoo", required=True, metavar="URL")
    parser.add_argument("--connector", default=peer.name, metavar="CODE")
    return parser
