"""HTTP sessions that only reach addresses that the guard lets through.

The name is resolved once per connection, every address found is checked, and the
connection is made to a checked address, not to the name: a DNS server that answers
differently a moment later changes nothing. Proxies of the server's environment are
ignored, since a proxy would resolve the name by itself.
"""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from urllib3 import PoolManager, Timeout
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.response import BaseHTTPResponse
from urllib3.util.connection import create_connection

from ..exceptions import PermanentDeliveryError
from .client_tls import ClientTls
from .url_guard import UrlGuard

#: ``resolve(host, port)`` gives the IP addresses of a host, best first.
Resolver = Callable[[str, int], Sequence[str]]
#: Connections to one partner that are kept alive; more are opened when needed.
KEPT_CONNECTIONS = 32
#: What every request says, unless its own headers say otherwise.
HEADERS = {"User-Agent": "mfg-integration/1", "Accept-Encoding": "gzip, deflate"}


def system_addresses(host: str, port: int) -> list[str]:
    """The addresses that the operating system knows for ``host``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(sockaddr[0] for *_, sockaddr in found))


class GuardedSession:
    """Kept-alive connections to one partner, for any number of threads.

    Redirects are answers like others, nothing is tried twice, and no proxy is used.
    """

    def __init__(
        self, guard: UrlGuard, tls: ClientTls, resolve: Resolver = system_addresses
    ):
        self._guard = guard
        self._resolve = resolve
        self._pools = PoolManager(
            maxsize=KEPT_CONNECTIONS,
            ssl_context=tls.context(),
            cert_reqs="CERT_REQUIRED",
        )
        self._pools.pool_classes_by_scheme = {
            "http": self._guarded(HTTPConnectionPool),
            "https": self._guarded(HTTPSConnectionPool),
        }

    def __enter__(self) -> GuardedSession:
        return self

    def __exit__(self, *_error) -> None:
        self.close()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        connect_s: float,
        read_s: float,
    ) -> BaseHTTPResponse:
        """Send one request; its answer's body is not read yet.

        :param read_s: the longest silence of the partner
        :return: to be closed by the caller, else its connection is not kept
        :raise PermanentDeliveryError: code ``address_refused`` or ``bad_address``
        :raise urllib3.exceptions.HTTPError: no answer came
        """
        self._guard.check_url(url)
        return self._pools.urlopen(
            method,
            url,
            headers={**HEADERS, **(headers or {})},
            body=body,
            timeout=Timeout(connect=connect_s, read=read_s),
            redirect=False,
            retries=False,
            preload_content=False,
        )

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        self._pools.clear()

    def _guarded(self, pool: type) -> type:
        """``pool`` with connections that ask this session's guard."""
        connection = type(
            f"Guarded{pool.ConnectionCls.__name__}",
            (_GuardedConnection, pool.ConnectionCls),
            {"guard": self._guard, "resolve": staticmethod(self._resolve)},
        )
        return type(f"Guarded{pool.__name__}", (pool,), {"ConnectionCls": connection})


class _GuardedConnection:
    """Mixed into urllib3's connections; replaces how the socket is opened."""

    guard: UrlGuard
    resolve: Resolver

    def _new_conn(self) -> socket.socket:
        deadline = time.monotonic() + self.timeout
        addresses = self._checked_addresses()
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
            addresses = _within(
                self.timeout, lambda: self.resolve(self.host, self.port)
            )
        except queue.Empty as error:
            raise ConnectTimeoutError(
                self, f"the name server did not say in time where {self.host} is"
            ) from error
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


def _within(seconds: float, ask: Callable):
    """What ``ask()`` gives or raises, or ``queue.Empty`` when time is up.

    The operating system's resolver takes no time limit, so it is asked by a thread of
    its own, which is left behind when it hangs.
    """
    answers = queue.SimpleQueue()

    def run():
        try:
            answers.put((ask(), None))
        except Exception as error:  # noqa: BLE001  raised by whoever waits for it
            answers.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    answer, error = answers.get(timeout=seconds)
    if error:
        raise error
    return answer
