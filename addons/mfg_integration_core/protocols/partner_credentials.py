"""What a caller sends in ``Authorization``: an API key, a login or a token.

Whatever a stranger sends, the only error from here is ``CredentialsError``. A key that
is not known and one that is wrong get the same answer, so that nobody learns which of
them exist.

Sources: RFC 6750 (Bearer), RFC 7617 (Basic), RFC 9110 section 11 (challenges).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets as random_source
from collections.abc import Iterable, Mapping

from ..exceptions import CredentialsError
from . import http_headers

KEY_PREFIX = "mfgk_"
_NAME_BYTES = 4
_KEY_BYTES = 32
BEARER, BASIC = "Bearer", "Basic"


# ------------------------------------------------------------------
# API keys
# ------------------------------------------------------------------


def new_key() -> tuple[str, str]:
    """A fresh API key and the beginning that people know it by.

    :return: ``("mfgk_1a2b3c4d_<43 characters>", "mfgk_1a2b3c4d")``
    """
    beginning = KEY_PREFIX + random_source.token_hex(_NAME_BYTES)
    return f"{beginning}_{random_source.token_urlsafe(_KEY_BYTES)}", beginning


def digest(key: str) -> str:
    """What is stored instead of a key: SHA-256, in hexadecimal.

    One quick hash is right here, and a slow one with salt would be wrong: those make
    guessing expensive where people chose the secret. These keys are 256 random bits
    that nobody guesses or finds in a table, and a door checks one for every request.
    """
    return hashlib.sha256(key.encode()).hexdigest()


def matching(key: str, digests: Mapping[int, str]) -> int | None:
    """The id of the stored key that was sent; None when it is none of them.

    All are compared, each in constant time.

    :param digests: by id, those in force
    """
    sent = digest(key)
    found = [
        key_id
        for key_id, stored in digests.items()
        if hmac.compare_digest(sent.encode(), stored.encode())
    ]
    return found[0] if found else None


def equal(sent: str, expected: str) -> bool:
    """Whether two texts are the same, found out in constant time."""
    return hmac.compare_digest(sent.encode(), expected.encode())


# ------------------------------------------------------------------
# The header
# ------------------------------------------------------------------


def bearer(headers: Mapping, challenge: str) -> str:
    """The key or token that was sent.

    :param challenge: what the answer's ``WWW-Authenticate`` says
    :raise CredentialsError: code ``credentials_missing``
    """
    return _sent(headers, BEARER, challenge)


def login(headers: Mapping, challenge: str) -> tuple[str, str]:
    """The user name and password that were sent.

    :raise CredentialsError: codes ``credentials_missing``, ``credentials_malformed``
    """
    encoded = _sent(headers, BASIC, challenge)
    try:
        # Odoo hands headers over as text, one character per byte.
        pair = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise malformed(challenge) from error
    username, colon, password = pair.partition(":")
    if not colon:
        raise malformed(challenge)
    return username, password


def malformed(challenge: str) -> CredentialsError:
    """The error of a login that cannot be read."""
    return CredentialsError(
        "Authorization must be Basic and the base64 of <user>:<password> in UTF-8.",
        code="credentials_malformed",
        challenge=challenge,
    )


def challenge(scheme: str, realm: str, **more: str) -> str:
    """The value of ``WWW-Authenticate``.

    :param realm: code of a connector, so without quotes
    :param more: further parameters, e.g. ``error="invalid_token"``
    """
    told: Iterable[tuple[str, str]] = {"realm": realm, **more}.items()
    return f"{scheme} " + ", ".join(f'{name}="{value}"' for name, value in told)


def _sent(headers: Mapping, scheme: str, challenged: str) -> str:
    """What follows the scheme; schemes are equal in any spelling."""
    value = http_headers.find(headers, "Authorization") or ""
    given, _blank, credentials = value.partition(" ")
    if given.lower() != scheme.lower() or not credentials.strip():
        raise CredentialsError(
            f"The header Authorization: {scheme} ... is missing. Send what the"
            " administrator of Odoo handed over for this connector.",
            code="credentials_missing",
            challenge=challenged,
        )
    return credentials.strip()
