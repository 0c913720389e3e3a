"""Vendors' own ways of signing webhooks, as templates describe them.

Whatever a stranger sends, the only error from here is ``SignatureError``. All of it is
HMAC over the raw body; what differs is what is joined with the body, how the secret
becomes a key, how the result is written, and where it stands.

``{"header", "layout", "separator"?, "signed", "timestamp"?: {"header"?, "unit"?},
"algorithm"?, "encoding"?, "key"?, "prefix"?, "derive"?, "tolerance_s"?}``; each member
is explained in ``templates/template.schema.json``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

from . import http_headers, rfc3339
from .webhook_signature import (
    TOLERANCE_S,
    base64_key,
    check_any_equal,
    check_fresh,
    header,
    malformed,
    secret_malformed,
)

_ALGORITHMS = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}
_PLACEHOLDERS = {
    "{timestamp}": r"(?P<timestamp>[0-9A-Za-z:.+-]{1,40})",
    "{signature}": r"(?P<signature>[0-9A-Za-z+/_=-]{1,256})",
}
_PART = re.compile(r"\{(body|body_sha256|timestamp|header\.[A-Za-z0-9_-]+)\}")
_EPOCH = re.compile(r"[0-9]{1,15}")
_EPOCH_UNITS = {"epoch_s": 1, "epoch_ms": 1000}


def verify(
    scheme: Mapping | Sequence[Mapping],
    secrets: Sequence[str],
    headers: Mapping,
    body: bytes,
    now: float,
) -> None:
    """Return when the request is signed as the scheme says.

    :param scheme: one, or several of which the first whose header was sent decides
    :param secrets: the valid secrets, several during a rotation
    :param now: epoch seconds
    :raise SignatureError: codes ``signature_missing``, ``signature_malformed``,
        ``signature_stale``, ``signature_wrong``, ``secret_malformed``
    """
    if not isinstance(scheme, Mapping):
        sent = [each for each in scheme if http_headers.find(headers, each["header"])]
        scheme = (sent or scheme)[0]
    name, layout = scheme["header"], scheme["layout"]
    found = _read_layout(scheme, header(headers, name))
    given = found["signature"]
    if not given:
        raise malformed(f"{name} must look like {layout}.")
    timestamp = _timestamp(scheme, headers, found["timestamp"])
    if timestamp is not None:
        moment = _moment(timestamp, scheme.get("timestamp", {}).get("unit", "epoch_s"))
        check_fresh(moment, now, scheme.get("tolerance_s", TOLERANCE_S))
    signed = _joined(scheme.get("signed", "{body}"), timestamp, headers, body)
    expected = (_signature(scheme, secret, signed, timestamp) for secret in secrets)
    if scheme.get("encoding", "hex") == "hex":
        given = [text.lower() for text in given]
    check_any_equal(expected, [text.rstrip("=") for text in given])


# ------------------------------------------------------------------
# What was sent
# ------------------------------------------------------------------


def _read_layout(scheme: Mapping, value: str) -> dict[str, list[str]]:
    separator = scheme.get("separator", ",")
    pieces = scheme["layout"].split(separator)
    patterns = [_layout_pattern(piece.strip()) for piece in pieces]
    found = {"timestamp": [], "signature": []}
    for piece in value.split(separator):
        for pattern in patterns:
            match = pattern.fullmatch(piece.strip())
            if match:
                for name, text in match.groupdict().items():
                    found[name].append(text)
                break
    return found


def _layout_pattern(piece: str) -> re.Pattern:
    pattern = re.escape(piece)
    for placeholder, group in _PLACEHOLDERS.items():
        pattern = pattern.replace(re.escape(placeholder), group)
    return re.compile(pattern)


def _timestamp(scheme: Mapping, headers: Mapping, in_layout: list[str]) -> str | None:
    """The timestamp as it was written, None when the scheme has none."""
    elsewhere = scheme.get("timestamp", {}).get("header")
    if elsewhere:
        return header(headers, elsewhere)
    if "{timestamp}" not in scheme["layout"]:
        return None
    if len(set(in_layout)) != 1:
        name, layout = scheme["header"], scheme["layout"]
        raise malformed(f"{name} must hold one timestamp: {layout}.")
    return in_layout[0]


def _moment(timestamp: str, unit: str) -> float:
    """Epoch seconds."""
    if unit == "iso":
        try:
            return rfc3339.parse(timestamp).timestamp()
        except ValueError as error:
            raise malformed(f"The timestamp must be RFC 3339: {error}.") from error
    if not _EPOCH.fullmatch(timestamp):
        raise malformed("The timestamp must be a whole number since 1970.")
    return int(timestamp) / _EPOCH_UNITS[unit]


# ------------------------------------------------------------------
# What it should be
# ------------------------------------------------------------------


def _joined(layout: str, timestamp: str | None, headers: Mapping, body: bytes) -> bytes:
    """The bytes that are signed."""
    # split() with a group gives text, part, text, part, ..., text.
    texts = _PART.split(layout)
    parts = [
        _part(text, timestamp, headers, body) if number % 2 else text.encode()
        for number, text in enumerate(texts)
    ]
    return b"".join(parts)


def _part(name: str, timestamp: str | None, headers: Mapping, body: bytes) -> bytes:
    if name == "body":
        return body
    if name == "body_sha256":
        return hashlib.sha256(body).hexdigest().encode()
    if name == "timestamp":
        if timestamp is None:
            raise malformed("The signature scheme needs a timestamp that was not sent.")
        return timestamp.encode()
    return header(headers, name.removeprefix("header.")).encode(errors="replace")


def _signature(
    scheme: Mapping, secret: str, signed: bytes, timestamp: str | None
) -> str:
    """The signature by one secret, without the padding of base64."""
    algorithm = _ALGORITHMS[scheme.get("algorithm", "sha256")]
    key = _key(scheme, secret, timestamp)
    digest = hmac.new(key, signed, algorithm).digest()
    encoding = scheme.get("encoding", "hex")
    if encoding == "hex":
        return digest.hex()
    if encoding == "base64url":
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return base64.b64encode(digest).decode().rstrip("=")


def _key(scheme: Mapping, secret: str, timestamp: str | None) -> bytes:
    """The key that a secret stands for, derived where the scheme says how."""
    key = _plain_key(secret.removeprefix(scheme.get("prefix", "")), scheme)
    derive = scheme.get("derive")
    if derive is None:
        return key
    if isinstance(derive, Mapping):
        text = _joined(derive["hmac"], timestamp, {}, b"")
        return hmac.new(
            key, text, _ALGORITHMS[scheme.get("algorithm", "sha256")]
        ).digest()
    return _ALGORITHMS[derive](key).digest()


def _plain_key(secret: str, scheme: Mapping) -> bytes:
    kind = scheme.get("key", "utf8")
    if kind == "utf8":
        return secret.encode()
    if kind == "hex":
        return _hex_key(secret)
    if kind == "base64url":
        secret = secret.replace("-", "+").replace("_", "/")
        secret += "=" * (-len(secret) % 4)
    return base64_key(secret)


def _hex_key(secret: str) -> bytes:
    try:
        key = bytes.fromhex(secret)
    except ValueError as error:
        raise secret_malformed("hexadecimal") from error
    if not key:
        raise secret_malformed("hexadecimal")
    return key
