"""A plant's identity provider: signs tokens and publishes its keys over HTTP.

It rotates its keys, refuses and stalls on command. Real keys, a real server; what it
leaves out is everything that a hub does not see: users, log-ins, sessions.
"""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

AUDIENCE, SUBJECT = "odoo-hub", "cell-controller"
_KINDS = {
    "RS256": (
        lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
        RSAAlgorithm,
    ),
    "ES256": (lambda: ec.generate_private_key(ec.SECP256R1()), ECAlgorithm),
    "EdDSA": (ed25519.Ed25519PrivateKey.generate, OKPAlgorithm),
}


class IdentityProvider:
    """Keys, tokens and manners; :func:`started` puts it behind an address.

    :ivar asked: how often the keys were asked for
    :ivar status: what it answers then
    :ivar stalled: while it is set, nothing is answered
    """

    def __init__(self, algorithm: str = "ES256"):
        self.url = ""
        self.asked = 0
        self.status = 200
        self.stalled = threading.Event()
        self.stopped = threading.Event()
        self._number = 0
        self.rotate(algorithm)

    @property
    def issuer(self) -> str:
        return f"{self.url}/plant"

    @property
    def jwks_url(self) -> str:
        return f"{self.url}/plant/keys"

    def rotate(self, algorithm: str = "ES256") -> None:
        """Sign with a new key from now on and publish no other."""
        self._number += 1
        generate, kind = _KINDS[algorithm]
        self.algorithm, self._key = algorithm, generate()
        public = json.loads(kind.to_jwk(self._key.public_key()))
        self.key_id = f"key-{self._number}"
        self.key_set = {"keys": [{**public, "kid": self.key_id, "use": "sig"}]}

    def token(self, headers: dict | None = None, **claims) -> str:
        """A token of the partner, valid for five minutes; ``claims`` change it.

        A claim or header that is None is left out.
        """
        now = int(time.time())
        told = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": SUBJECT,
            "iat": now,
            "exp": now + 300,
            **claims,
        }
        told = {name: value for name, value in told.items() if value is not None}
        headers = {"kid": self.key_id, **(headers or {})}
        headers = {name: value for name, value in headers.items() if value is not None}
        return jwt.encode(told, self._key, self.algorithm, headers)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        provider = self.server.provider
        provider.asked += 1
        while provider.stalled.is_set() and not provider.stopped.is_set():
            provider.stopped.wait(0.05)
        body = json.dumps(provider.key_set).encode()
        self.send_response(provider.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        """Say nothing on the terminal of the tests."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Say nothing of a caller that hung up while it was stalled."""


@contextmanager
def started(algorithm: str = "ES256"):
    """A provider that answers on the loopback interface until the block ends."""
    provider = IdentityProvider(algorithm)
    server = _Server(("127.0.0.1", 0), _Handler)
    server.provider = provider
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        provider.stopped.set()
        server.shutdown()
        thread.join()
        server.server_close()
