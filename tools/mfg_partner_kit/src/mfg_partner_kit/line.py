"""The line to an endpoint: one request on a connection of its own, one answer."""

import contextlib
import http.client
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from .errors import KitError

#: Longest answer that is read; our hub reads no more either.
MAX_ANSWER_BYTES = 1024 * 1024
_CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """What came back, or why nothing did.

    :param status: 0 when there was no answer; ``failure`` then says why
    :param headers: names in small letters
    :param seconds: from the first byte sent to the last one read
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0
    failure: str = ""

    @property
    def json(self):
        """The body as JSON, None when it is something else."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300

    def __str__(self):
        if self.failure:
            return self.failure
        text = self.body[:200].decode("utf-8", "replace")
        return " ".join(f"{self.status} {self.media_type} {text}".split())


class Line:
    """Where letters go.

    :param url: the address of the endpoint, ``http`` or ``https``
    :param timeout_s: how long to wait for an answer
    :param ca_file: PEM file of the authority that the endpoint's certificate is from
    :param headers: sent with every request and told to nobody, such as a gateway's key
    :raise KitError: when the address is none
    """

    def __init__(
        self,
        url: str,
        timeout_s: float = 30.0,
        ca_file: str | None = None,
        headers: Mapping[str, str] | None = None,
    ):
        address = _address(url)
        self._host = address.netloc
        self.origin = f"{address.scheme}://{address.netloc}"
        self.path = address.path or "/"
        self._query = f"?{address.query}" if address.query else ""
        self._timeout_s = timeout_s
        self._headers = dict(headers or {})
        self._tls = _tls(ca_file) if address.scheme == "https" else None

    @property
    def shown_url(self) -> str:
        """The address without what may be a password or a token in it."""
        return self.origin + self.path

    def send(
        self,
        method: str = "GET",
        path: str | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request; never raises, since no answer is an answer, too.

        Redirects are not followed and no proxy is asked: the hub does neither.
        """
        started = time.monotonic()
        target = self.path + self._query if path is None else path
        sent = {**self._headers, **(headers or {})}
        with contextlib.closing(self._connection()) as connection:
            try:
                # An endpoint may refuse a long body before all of it was sent.
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    connection.request(method, target, body, sent)
                came = connection.getresponse()
                content = _read(came, started + self._timeout_s)
            except (OSError, http.client.HTTPException) as error:
                seconds = time.monotonic() - started
                return Answer(0, seconds=seconds, failure=_failure(error, seconds))
        names = {name.lower(): value for name, value in came.getheaders()}
        return Answer(came.status, names, content, time.monotonic() - started)

    def _connection(self) -> http.client.HTTPConnection:
        if self._tls:
            return http.client.HTTPSConnection(
                self._host, timeout=self._timeout_s, context=self._tls
            )
        return http.client.HTTPConnection(self._host, timeout=self._timeout_s)


def _read(came: http.client.HTTPResponse, until: float) -> bytes:
    """The body, as much of it as is read at most.

    :param until: moment of ``time.monotonic``; the connection's own time limit begins
        anew with each byte
    :raise HTTPException: when the answer ends before its end
    """
    content = b""
    while len(content) < MAX_ANSWER_BYTES:
        if time.monotonic() > until:
            raise TimeoutError
        part = came.read1(_CHUNK_BYTES)
        if not part:
            break
        content += part
    if came.length and len(content) < MAX_ANSWER_BYTES:
        raise http.client.IncompleteRead(content, came.length)
    return content


def _address(url: str) -> SplitResult:
    if "@" in url:
        raise KitError(
            "The address holds a user or a password, which nobody is sent.",
            "Leave them out; --header gives a gateway what it asks for.",
        )
    try:
        address = urlsplit(url)
        # Asking for the port checks it.
        is_whole = bool(address.hostname) and address.port != 0
    except ValueError:
        is_whole = False
    if not is_whole or address.scheme not in ("http", "https") or not url.isascii():
        raise KitError(
            f"{url!r} is no address that can be called.",
            "Give the whole address, such as https://cmms.example/events.",
        )
    return address


def _tls(ca_file: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise KitError(
            f"{ca_file} holds no certificates: {error}.",
            "Give a PEM file with the authority's certificate.",
        ) from error


def _failure(error: Exception, seconds: float) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {seconds:.0f} s"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error}"
    return f"no answer: {error or type(error).__name__}"
