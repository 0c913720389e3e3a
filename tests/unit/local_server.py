"""A real HTTP or HTTPS server on the loopback interface, for one test."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOOPBACK = "127.0.0.1"


class LocalServer(ThreadingHTTPServer):
    """Answers every GET and keeps what was asked.

    :ivar requests: ``(path, subject of the client's certificate or None)``
    :ivar redirect: where to send whoever calls, None to answer 200
    """

    daemon_threads = True

    def __init__(self, tls=None):
        super().__init__((LOOPBACK, 0), _Handler)
        self.requests = []
        self.redirect = None
        self.tls = tls
        self.port = self.server_address[1]

    def finish_request(self, request, client_address):
        """Shake hands in the thread of the request, not in the one that accepts."""
        if self.tls:
            try:
                request = self.tls.wrap_socket(request, server_side=True)
            except OSError:
                return  # The client refused us, or we it; its test says which.
        with contextlib.closing(request):
            super().finish_request(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.requests.append((self.path, self._subject()))
        self.send_response(302 if self.server.redirect else 200)
        if self.server.redirect:
            self.send_header("Location", self.server.redirect)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def _subject(self):
        if not self.server.tls:
            return None
        shown = self.connection.getpeercert()
        return (
            dict(part for (part,) in shown["subject"])["commonName"] if shown else None
        )

    def log_message(self, *_arguments):
        """Say nothing: the test asks for the requests."""


@contextlib.contextmanager
def running(tls=None):
    """A server that answers until the block ends.

    :param tls: settings of the server's side, None for plain HTTP
    """
    with serving(LocalServer(tls)) as server:
        yield server


@contextlib.contextmanager
def serving(server):
    """The server, at work in a thread until the block ends."""
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def fetched(session, url):
    """The answer to a GET, read to its end."""
    with session.request("GET", url, connect_s=2, read_s=2) as answer:
        answer.drain_conn()
        answer.release_conn()
        return answer
