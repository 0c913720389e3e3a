"""What the partners of these tests have in common: a real HTTP server of their own."""

import threading
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_POLL_S = 0.02


class LoopbackPartner(ABC):
    """Serves on the loopback interface until it is closed; subclasses say what."""

    def __init__(self):
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

    @abstractmethod
    def answer(self, method, target, body):
        """Status, headers and body of the answer; None closes the connection.

        A ``Content-Length`` among the headers is taken for the truth, and the
        connection ends there.

        :param target: path and query
        """


def _handler_for(partner):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self._answer()

        def do_POST(self):
            self._answer()

        def _answer(self):
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = partner.answer(self.command, self.path, sent)
            if answer is None:
                self.close_connection = True
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" in headers:
                self.close_connection = True
            else:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                return  # Our side has hung up on an answer that it does not want.

        def log_message(self, *_arguments):
            """A test tells what happened by what it asserts."""

    return Handler
