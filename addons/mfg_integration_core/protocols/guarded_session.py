"""HTTP sessions that only reach addresses that the guard lets through.

The name is resolved once per connection, every address found is checked, and the
connection is made to a checked address, not to the name: a DNS server that answers
differently a moment later changes nothing. Proxies of the server's environment are
ignored, since a proxy would resolve the name by itself.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence

import requests
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.connection import create_connection

from ..exceptions import PermanentDeliveryError
from .client_tls import ClientTls
from .url_guard import UrlGuard

#: ``resolve(host, port)`` gives the IP addresses of a host, best first.
Resolver = Callable[[str, int], Sequence[str]]


def open_session(
    guard: UrlGuard, tls: ClientTls, resolve: Resolver | None = None
) -> requests.Session:
    """A session for one partner; the caller closes it."""
    session = requests.Session()
    session.trust_env = False
    adapter = GuardedAdapter(guard, tls, resolve or system_addresses)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def system_addresses(host: str, port: int) -> list[str]:
    """The addresses that the operating system knows for ``host``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(sockaddr[0] for *_, sockaddr in found))


class GuardedAdapter(HTTPAdapter):
    """Connects where the guard allows it, and verifies whoever answers."""

    def __init__(self, guard: UrlGuard, tls: ClientTls, resolve: Resolver):
        self._guard = guard
        self._tls = tls
        self._resolve = resolve
        super().__init__()

    def init_poolmanager(self, *arguments, **options):
        super().init_poolmanager(*arguments, ssl_context=self._tls.context(), **options)
        self.poolmanager.pool_classes_by_scheme = {
            "http": self._guarded(HTTPConnectionPool),
            "https": self._guarded(HTTPSConnectionPool),
        }

    def _guarded(self, pool: type) -> type:
        """``pool`` with connections that ask this adapter's guard."""
        connection = type(
            f"Guarded{pool.ConnectionCls.__name__}",
            (_GuardedConnection, pool.ConnectionCls),
            {"guard": self._guard, "resolve": staticmethod(self._resolve)},
        )
        return type(f"Guarded{pool.__name__}", (pool,), {"ConnectionCls": connection})

    def send(self, request, *arguments, **options):
        """Send, whatever the caller says about proxies and verification."""
        self._guard.check_url(request.url)
        options |= {"verify": True, "cert": None, "proxies": {}}
        return super().send(request, *arguments, **options)

    def cert_verify(self, conn, url, verify, cert):
        """Leave the choice of authorities to the context; verify in any case."""
        conn.cert_reqs = "CERT_REQUIRED"


class _GuardedConnection:
    """Mixed into urllib3's connections; replaces how the socket is opened."""

    guard: UrlGuard
    resolve: Resolver

    def _new_conn(self) -> socket.socket:
        addresses = self._checked_addresses()
        deadline = time.monotonic() + self.timeout
        failure = None
        for address in addresses:
            left = max(deadline - time.monotonic(), 0.001)
            try:
                return create_connection(
                    (address, self.port),
                    left,
                    source_address=self.source_address,
                    socket_options=self.socket_options,
                )
            except TimeoutError as error:
                failure = ConnectTimeoutError(
                    self, f"{self.host} at {address} did not answer in time"
                )
                failure.__cause__ = error
            except OSError as error:
                failure = NewConnectionError(self, f"{self.host} at {address}: {error}")
                failure.__cause__ = error
        raise failure

    def _checked_addresses(self) -> Sequence[str]:
        """All addresses of the host, each of which may be called.

        One refused address refuses the host: which one answers is not our choice.
        """
        try:
            addresses = self.resolve(self.host, self.port)
        except UnicodeError as error:
            raise PermanentDeliveryError(
                f"{self.host!r} is no name of a host.", code="bad_address"
            ) from error
        except socket.gaierror as error:
            raise NewConnectionError(
                self, f"{self.host} is not known: {error}"
            ) from error
        if not addresses:
            raise NewConnectionError(self, f"{self.host} has no address")
        for address in addresses:
            self.guard.check_address(self.host, address)
        return addresses
