"""A network that carries requests to a partner and, when told to, loses the answer."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from devkit import json_http

_PASSED_ON = ("Accept", "Content-Type", "X-Redmine-API-Key")
_POLL_S = 0.02


class LossyRelay:
    """Stands before a partner.

    :ivar lose: how many of the next changes (POST, PUT) are carried out unanswered
    :ivar lost: method and path of those that were
    """

    def __init__(self, target: str):
        self.target = target
        self.lose = 0
        self.lost = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._server.daemon_threads = True
        threading.Thread(
            target=self._server.serve_forever, args=(_POLL_S,), daemon=True
        ).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def is_lost(self, method: str, path: str) -> bool:
        """Whether the answer to a request that was carried out gets lost."""
        with self._lock:
            if not self.lose or method not in ("POST", "PUT"):
                return False
            self.lose -= 1
            self.lost.append((method, path))
            return True


def _handler_for(relay: LossyRelay):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def carry(self):
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else None
            passed_on = {
                name: self.headers[name] for name in _PASSED_ON if name in self.headers
            }
            answer = json_http.call(
                self.command, relay.target + self.path, body, passed_on
            )
            if relay.is_lost(self.command, self.path):
                self.close_connection = True
                return
            self.send_response(answer.status)
            if answer.body:
                self.send_header("Content-Type", answer.headers["Content-Type"])
            if answer.status != 204:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = carry

        def log_message(self, *_arguments):
            """A test tells what happened by what it asserts."""

    return Handler
