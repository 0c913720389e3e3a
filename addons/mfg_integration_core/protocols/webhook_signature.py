"""Signatures over raw bodies as Standard Webhooks has them.

Vendors' own schemes are in ``webhook_scheme.py``.

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
from datetime import datetime, timezone

from ..exceptions import SignatureError
from . import http_headers

SECRET_PREFIX = "whsec_"
TOLERANCE_S = 300

_MESSAGE_ID = re.compile(r"[\x21-\x7e]{1,256}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


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
    message_id = header(headers, "webhook-id")
    timestamp = header(headers, "webhook-timestamp")
    given = header(headers, "webhook-signature")
    if not _MESSAGE_ID.fullmatch(message_id):
        raise malformed("webhook-id must be 1 to 256 visible ASCII characters.")
    if not _TIMESTAMP.fullmatch(timestamp):
        raise malformed("webhook-timestamp must be whole epoch seconds.")
    # Versions other than v1 (e.g. v1a, asymmetric) are another receiver's business.
    candidates = [part for part in given.split() if part.startswith("v1,")]
    if not candidates:
        raise malformed("webhook-signature must hold v1,<base64>.")
    check_fresh(int(timestamp), now, tolerance_s)
    expected = (sign(secret, message_id, int(timestamp), body) for secret in secrets)
    check_any_equal(expected, candidates)
    return message_id


def signed_at(headers: Mapping) -> datetime:
    """When a request that was verified was sent, by its sender's clock: naive UTC."""
    moment = datetime.fromtimestamp(
        int(header(headers, "webhook-timestamp")), timezone.utc
    )
    return moment.replace(tzinfo=None)


def _standard_key(secret: str) -> bytes:
    encoded = secret.removeprefix(SECRET_PREFIX)
    return base64_key(encoded)


# ------------------------------------------------------------------
# Shared with vendors' own schemes
# ------------------------------------------------------------------


def header(headers: Mapping, name: str) -> str:
    """The value of a header.

    :raise SignatureError: code ``signature_missing``
    """
    value = http_headers.find(headers, name)
    if value is None:
        raise SignatureError(f"The header {name} is missing.", code="signature_missing")
    return value


def check_fresh(timestamp: float, now: float, tolerance_s: float) -> None:
    """Return when the two moments are not too far apart, either way.

    :raise SignatureError: code ``signature_stale``
    """
    age_s = now - timestamp
    if abs(age_s) > tolerance_s:
        when = "old" if age_s > 0 else "in the future"
        raise SignatureError(
            f"The timestamp is {abs(age_s):.0f} s {when}; at most {tolerance_s:.0f} s "
            "are accepted. Check the sender's clock.",
            code="signature_stale",
        )


def check_any_equal(expected: Iterator[str], given: Sequence[str]) -> None:
    """Return when one of ours is one of theirs; the time taken tells nothing.

    :raise SignatureError: code ``signature_wrong``
    """
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


def base64_key(secret: str) -> bytes:
    """The bytes that a base64 secret stands for.

    :raise SignatureError: code ``secret_malformed``
    """
    try:
        key = base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError) as error:
        raise secret_malformed() from error
    if not key:
        raise secret_malformed()
    return key


def secret_malformed(encoding: str = "base64") -> SignatureError:
    """The error of a secret of ours that is not what the scheme wants."""
    return SignatureError(
        f"The secret stored for this connector is not {encoding}. Enter it again, or"
        " generate a new one.",
        code="secret_malformed",
    )


def malformed(detail: str) -> SignatureError:
    """The error of a header that is not laid out as it should be."""
    return SignatureError(detail, code="signature_malformed")
