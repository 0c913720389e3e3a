"""JSON over HTTP in one call, with the standard library."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

TIMEOUT_S = 60


@dataclass(frozen=True)
class HttpAnswer:
    """What came back; ``json`` is None when the body is something else."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def call(
    method: str,
    url: str,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    *,
    timeout_s: float = TIMEOUT_S,
) -> HttpAnswer:
    """Send one request on a connection of its own and return any answer as it is.

    :param body: bytes are sent unchanged, anything else as JSON
    :raise OSError: when nobody answers; ``ConnectionError`` when the answer breaks off
    """
    address = urlsplit(url)
    content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    target = address.path + (f"?{address.query}" if address.query else "")
    sent = {"Content-Type": "application/json"} if content is not None else {}
    is_https = address.scheme == "https"
    kind = http.client.HTTPSConnection if is_https else http.client.HTTPConnection
    connection = kind(address.netloc, timeout=timeout_s)
    try:
        connection.request(method, target, content, {**sent, **(headers or {})})
        answer = connection.getresponse()
        return HttpAnswer(answer.status, answer.headers, answer.read())
    except http.client.HTTPException as error:
        raise ConnectionError(f"{method} {url}: {error!r}") from error
    finally:
        connection.close()


def get(url: str, headers: Mapping[str, str] | None = None) -> HttpAnswer:
    """``call`` with GET."""
    return call("GET", url, headers=headers)


def post(
    url: str, body: object = None, headers: Mapping[str, str] | None = None
) -> HttpAnswer:
    """``call`` with POST; no body is sent as an empty JSON object."""
    return call("POST", url, {} if body is None else body, headers)
