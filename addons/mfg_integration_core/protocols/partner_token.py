"""Tokens (JWT) that a plant's identity provider signs for a partner.

Plain data in: the provider's keys were fetched before, by somebody who may.

Sources: RFC 7519 (JWT), RFC 7517 (JWKS), RFC 8725 (best current practices).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import jwt
from cryptography.exceptions import UnsupportedAlgorithm

from ..exceptions import ConfigurationError, CredentialsError

#: Signed with a private key. HS256 and friends would make the provider's public key
#: a password, and ``none`` is no signature (RFC 8725, section 3.1).
ASYMMETRIC = (
    *("RS256", "RS384", "RS512"),
    *("PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512"),
    "EdDSA",
)
DEFAULT_ALGORITHMS = "RS256, ES256, EdDSA"
#: No provider writes longer ones, and they are read before anybody is proven.
LONGEST_TOKEN = 16384
#: The public parts of a key; whatever else a provider publishes is not stored.
_PUBLIC = frozenset({"kty", "kid", "use", "alg", "crv", "n", "e", "x", "y"})
_KINDS = frozenset({"RSA", "EC", "OKP"})
#: Shorter ones are broken with means that exist.
_LEAST_RSA_BITS = 2048


@dataclass(frozen=True)
class TokenRules:
    """What a token must say to prove the partner.

    :param algorithms: names out of :data:`ASYMMETRIC`
    :param claim: name of the claim that tells the partner from others
    :param value: what that claim is, or what is in it when it is a list
    :param tolerance_s: clock skew allowed
    """

    issuer: str
    audience: str
    algorithms: tuple[str, ...]
    claim: str
    value: str
    tolerance_s: int


# ------------------------------------------------------------------
# What an administrator enters, and what a provider publishes
# ------------------------------------------------------------------


def read_algorithms(text: str | None) -> tuple[str, ...]:
    """The algorithms of a list that is separated by commas.

    :raise ConfigurationError: none, or one that is no asymmetric signature
    """
    names = tuple(name.strip() for name in (text or "").split(",") if name.strip())
    refused = [name for name in names if name not in ASYMMETRIC]
    if refused or not names:
        raise ConfigurationError(
            f"{refused[0] if refused else 'An empty list'} is no algorithm that tokens"
            f" may be signed with. Choose out of {', '.join(ASYMMETRIC)}.",
            code="bad_algorithm",
        )
    return names


def read_key_set(body: bytes) -> str:
    """The public signing keys of a JWKS, as text to be stored.

    :return: JSON, the same for the same keys
    :raise ConfigurationError: it is none, or has no key that can be used
    """
    try:
        published = json.loads(body)
        listed = [key for key in published["keys"] if isinstance(key, dict)]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ConfigurationError(
            "What the identity provider answers is no key set (JWKS).",
            code="bad_key_set",
            remedy="Check the address: the provider's discovery document names it as"
            " jwks_uri.",
        ) from error
    usable = [
        {name: key[name] for name in sorted(_PUBLIC & key.keys())}
        for key in listed
        if str(key.get("kty")) in _KINDS and key.get("use", "sig") == "sig"
    ]
    text = json.dumps({"keys": usable}, sort_keys=True)
    if not _keys(text):
        raise ConfigurationError(
            "The identity provider publishes no key that tokens can be checked with.",
            code="bad_key_set",
            remedy="It must have a public RSA key of 2048 bits or more, an elliptic"
            " curve key or an Ed25519 key for signatures.",
        )
    return text


@dataclass(frozen=True)
class _Key:
    """A public key; ``algorithm`` is None where the provider does not name one."""

    name: str | None
    kind: str
    algorithm: str | None
    public: object

    def fits(self, algorithm: str) -> bool:
        """Whether a token of that algorithm may be signed with the key."""
        if self.algorithm:
            return self.algorithm == algorithm
        kinds = {"R": "RSA", "P": "RSA", "E": "EC"}
        return self.kind == ("OKP" if algorithm == "EdDSA" else kinds[algorithm[0]])


@lru_cache(maxsize=256)
def _keys(text: str) -> tuple[_Key, ...]:
    """The keys of a stored set; to build one takes longer than to check a token."""
    keys = []
    for published in json.loads(text)["keys"]:
        try:
            public = jwt.PyJWK(published).key
        except (
            *(jwt.PyJWTError, UnsupportedAlgorithm),
            *(ValueError, TypeError, KeyError),
        ):
            # A kind of key from a later day beside those that we know.
            continue
        kind = published["kty"]
        if kind != "RSA" or public.key_size >= _LEAST_RSA_BITS:
            keys.append(_Key(published.get("kid"), kind, published.get("alg"), public))
    return tuple(keys)


# ------------------------------------------------------------------
# Tokens
# ------------------------------------------------------------------


def verify(token: str, key_set: str, rules: TokenRules) -> None:
    """Return when the token is the provider's, in force, for us and of the partner.

    :param key_set: as :func:`read_key_set` gives it; empty when none was fetched yet
    :raise CredentialsError: codes ``token_malformed``, ``token_key_unknown`` (the keys
        have to be fetched anew), ``token_expired``, ``token_wrong``
    """
    algorithm, key_id = _read_header(token)
    if algorithm not in rules.algorithms:
        raise _wrong(
            "The token is signed with an algorithm that this connector does not take;"
            f" it takes {', '.join(rules.algorithms)}."
        )
    keys = [
        key
        for key in (_keys(key_set) if key_set else ())
        if (key_id is None or key.name == key_id) and key.fits(algorithm)
    ]
    # Without a name only the one key that there is can be meant.
    if not keys or (key_id is None and len(keys) > 1):
        raise CredentialsError(
            "The token is signed with a key of the identity provider that is not known"
            " here yet. It is being fetched: send the request again in a minute.",
            code="token_key_unknown",
        )
    claims = _claims(token, keys, algorithm, rules)
    if not _names(claims.get(rules.claim), rules.value):
        raise _wrong(
            f"The token is of somebody else: its claim {rules.claim} is not what the"
            " administrator of Odoo entered for this connector."
        )


def _read_header(token: str) -> tuple[str, str | None]:
    if len(token) > LONGEST_TOKEN:
        raise _malformed()
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise _malformed() from error
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str):
        raise _malformed()
    return algorithm, key_id


def _claims(token, keys: Sequence[_Key], algorithm: str, rules) -> dict:
    """The claims of a token that one of the keys signed."""
    failure = None
    for key in keys:
        try:
            return jwt.decode(
                token,
                key.public,
                algorithms=[algorithm],
                issuer=rules.issuer,
                audience=rules.audience,
                leeway=rules.tolerance_s,
                options={"require": ["exp", "iss", "aud"]},
            )
        except jwt.InvalidSignatureError as error:
            failure = error
        except jwt.ExpiredSignatureError as error:
            raise CredentialsError(
                "The token has expired. Ask the identity provider for a new one, and"
                " check the sender's clock.",
                code="token_expired",
            ) from error
        except jwt.ImmatureSignatureError as error:
            raise _wrong(
                "The token is not valid yet. Check the clocks of sender and provider."
            ) from error
        except jwt.InvalidIssuerError as error:
            raise _wrong("The token is of another identity provider.") from error
        except (jwt.InvalidAudienceError, jwt.MissingRequiredClaimError) as error:
            raise _wrong(
                "The token must say exp, iss and aud, and be made for us: ask the"
                " provider for one with the audience that the connector names."
            ) from error
        except (
            *(jwt.PyJWTError, ValueError, TypeError),
            *(OverflowError, RecursionError),
        ) as error:
            raise _malformed() from error
    raise _wrong("The token is not signed by the identity provider.") from failure


def _names(claim, value: str) -> bool:
    return value in claim if isinstance(claim, list) else claim == value


def _wrong(detail: str) -> CredentialsError:
    return CredentialsError(detail, code="token_wrong")


def _malformed() -> CredentialsError:
    return CredentialsError(
        "What follows Bearer is no token (JWT). Send the access token of the identity"
        " provider as it is.",
        code="token_malformed",
    )
