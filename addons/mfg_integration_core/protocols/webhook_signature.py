"""Signatures over raw bodies: Standard Webhooks, and vendors' own HMAC schemes.

Whatever a stranger sends, the only error from here is ``SignatureError``. Comparisons
are constant-time and every secret is tried, so that secrets can overlap in a rotation.

Source: https://github.com/standard-webhooks/standard-webhooks (spec folder)
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets as random_source
from collections.abc import Iterator, Mapping, Sequence

from ..exceptions import SignatureError
from . import http_headers

SECRET_PREFIX = "whsec_"
TOLERANCE_S = 300

_MESSAGE_ID = re.compile(r"[\x21-\x7e]{1,256}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_ALGORITHMS = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}
_PLACEHOLDERS = {
    "{timestamp}": r"(?P<timestamp>[0-9]{1,12})",
    "{signature}": r"(?P<signature>[0-9A-Za-z+/_=-]{1,256})",
}


# ------------------------------------------------------------------
# Standard Webhooks
# ------------------------------------------------------------------


def new_secret() -> str:
    """A fresh secret of 32 random bytes, as ``whsec_<base64>``."""
    return SECRET_PREFIX + base64.b64encode(random_source.token_bytes(32)).decode()


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the ``webhook-signature`` header.

    :param secret: ``whsec_<base64>``; the prefix may be missing
    :param timestamp: epoch seconds, the value of ``webhook-timestamp``
    :return: ``v1,<base64>``
    :raise SignatureError: code ``secret_malformed``
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(_standard_key(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def verify(
    secrets: Sequence[str],
    headers: Mapping,
    body: bytes,
    now: float,
    tolerance_s: float = TOLERANCE_S,
) -> str:
    """The message id of a request that proves to be fresh and signed by a secret.

    :param secrets: the valid secrets, several during a rotation
    :param headers: any spelling of the names
    :param body: the bytes as they came, before any parsing
    :param now: epoch seconds
    :raise SignatureError: codes ``signature_missing``, ``signature_malformed``,
        ``signature_stale``, ``signature_wrong``
    """
    message_id = _header(headers, "webhook-id")
    timestamp = _header(headers, "webhook-timestamp")
    given = _header(headers, "webhook-signature")
    if not _MESSAGE_ID.fullmatch(message_id):
        raise _malformed("webhook-id must be 1 to 256 visible ASCII characters.")
    if not _TIMESTAMP.fullmatch(timestamp):
        raise _malformed("webhook-timestamp must be whole epoch seconds.")
    # Versions other than v1 (e.g. v1a, asymmetric) are another receiver's business.
    candidates = [part for part in given.split() if part.startswith("v1,")]
    if not candidates:
        raise _malformed("webhook-signature must hold v1,<base64>.")
    _check_fresh(int(timestamp), now, tolerance_s)
    expected = (sign(secret, message_id, int(timestamp), body) for secret in secrets)
    _check_any_equal(expected, candidates)
    return message_id


def _standard_key(secret: str) -> bytes:
    encoded = secret.removeprefix(SECRET_PREFIX)
    return _base64_key(encoded)


# ------------------------------------------------------------------
# Vendors' own schemes
# ------------------------------------------------------------------


def verify_scheme(
    scheme: Mapping, secrets: Sequence[str], headers: Mapping, body: bytes, now: float
) -> None:
    """Return when the request is signed as a vendor template describes it.

    :param scheme: ``header``; ``layout`` of its value, comma-separated pieces that may
        come in any order and repeat, e.g. ``t={timestamp},v1={signature}``; ``signed``,
        what is hashed, e.g. ``{timestamp}.{body}``; ``algorithm`` sha256 | sha512;
        ``encoding`` of the signature hex | base64; ``key`` utf8 | base64, how the
        secret becomes a key; ``tolerance_s`` when there is a timestamp
    :param now: epoch seconds
    :raise SignatureError: as :func:`verify`
    """
    header = scheme["header"]
    found = _read_layout(scheme["layout"], _header(headers, header))
    if not found["signature"]:
        raise _malformed(f"{header} must look like {scheme['layout']}.")
    timestamp = None
    if "{timestamp}" in scheme["layout"]:
        if len(set(found["timestamp"])) != 1:
            raise _malformed(f"{header} must hold one timestamp: {scheme['layout']}.")
        timestamp = found["timestamp"][0]
        _check_fresh(int(timestamp), now, scheme.get("tolerance_s", TOLERANCE_S))
    signed = _signed_bytes(scheme.get("signed", "{body}"), timestamp, body)
    expected = (_scheme_signature(scheme, secret, signed) for secret in secrets)
    ignores_case = scheme.get("encoding", "hex") == "hex"
    given = found["signature"]
    _check_any_equal(
        expected, [text.lower() for text in given] if ignores_case else given
    )


def _read_layout(layout: str, value: str) -> dict[str, list[str]]:
    patterns = [_layout_pattern(piece.strip()) for piece in layout.split(",")]
    found = {"timestamp": [], "signature": []}
    for piece in value.split(","):
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


def _signed_bytes(signed: str, timestamp: str | None, body: bytes) -> bytes:
    if timestamp is None and "{timestamp}" in signed:
        raise _malformed("The signature scheme needs a timestamp that was not sent.")
    before, placeholder, after = signed.partition("{body}")
    parts = [part.replace("{timestamp}", timestamp or "") for part in (before, after)]
    return parts[0].encode() + (body if placeholder else b"") + parts[1].encode()


def _scheme_signature(scheme: Mapping, secret: str, signed: bytes) -> str:
    is_text_key = scheme.get("key", "utf8") == "utf8"
    key = secret.encode() if is_text_key else _base64_key(secret)
    algorithm = _ALGORITHMS[scheme.get("algorithm", "sha256")]
    digest = hmac.new(key, signed, algorithm)
    if scheme.get("encoding", "hex") == "hex":
        return digest.hexdigest()
    return base64.b64encode(digest.digest()).decode()


# ------------------------------------------------------------------
# Both
# ------------------------------------------------------------------


def _header(headers: Mapping, name: str) -> str:
    value = http_headers.find(headers, name)
    if value is None:
        raise SignatureError(f"The header {name} is missing.", code="signature_missing")
    return value


def _check_fresh(timestamp: int, now: float, tolerance_s: float) -> None:
    age_s = now - timestamp
    if abs(age_s) > tolerance_s:
        when = "old" if age_s > 0 else "in the future"
        raise SignatureError(
            f"The timestamp is {abs(age_s):.0f} s {when}; at most {tolerance_s:.0f} s "
            "are accepted. Check the sender's clock.",
            code="signature_stale",
        )


def _check_any_equal(expected: Iterator[str], given: Sequence[str]) -> None:
    matches = [
        hmac.compare_digest(ours.encode(), theirs.encode(errors="replace"))
        for ours in expected
        for theirs in given
    ]
    if not any(matches):
        raise SignatureError(
            "No signature fits the body and a secret of this connector. Compare the "
            "secret on both sides; sign the body exactly as it is sent.",
            code="signature_wrong",
        )


def _base64_key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _secret_malformed() from error
    if not key:
        raise _secret_malformed()
    return key


def _secret_malformed() -> SignatureError:
    return SignatureError(
        "The secret stored for this connector is not base64. Generate a new one.",
        code="secret_malformed",
    )


def _malformed(detail: str) -> SignatureError:
    return SignatureError(detail, code="signature_malformed")
