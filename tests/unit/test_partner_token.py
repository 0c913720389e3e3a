"""Tokens of an identity provider: only what it signed, for us, of the partner, now."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.exceptions import ConfigurationError, CredentialsError
from mfg_integration_core.protocols import partner_token

from tests.fakes.identity_provider import AUDIENCE, SUBJECT, IdentityProvider

ALGORITHMS = ("RS256", "ES256", "EdDSA")
PROVIDER = IdentityProvider()


@pytest.fixture(scope="module", params=ALGORITHMS)
def provider(request):
    return IdentityProvider(request.param)


@pytest.fixture(scope="module")
def one_provider():
    return IdentityProvider()


def key_set(provider):
    return partner_token.read_key_set(json.dumps(provider.key_set).encode())


def rules(provider, **changes):
    given_rules = partner_token.TokenRules(
        issuer=provider.issuer,
        audience=AUDIENCE,
        algorithms=ALGORITHMS,
        claim="sub",
        value=SUBJECT,
        tolerance_s=60,
    )
    return replace(given_rules, **changes)


def refusal(provider, token, keys=None, **changes):
    """The code that a token is refused with."""
    stored = key_set(provider) if keys is None else keys
    with pytest.raises(CredentialsError) as refused:
        partner_token.verify(token, stored, rules(provider, **changes))
    assert token not in str(refused.value) or not token
    return refused.value.code


def test_c5_token_of_the_partner_is_taken(provider):
    partner_token.verify(provider.token(), key_set(provider), rules(provider))


def test_c5_token_without_a_key_id_is_taken_where_only_one_key_fits(one_provider):
    token = one_provider.token(headers={"kid": None})

    partner_token.verify(token, key_set(one_provider), rules(one_provider))


def test_c5_audience_and_partner_may_be_in_a_list(one_provider):
    token = one_provider.token(aud=["other", AUDIENCE], roles=["mes", "line-1"])
    wanted = rules(one_provider, claim="roles", value="line-1")

    partner_token.verify(token, key_set(one_provider), wanted)


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": int(time.time()) - 3600}, "token_expired"),
        ({"nbf": int(time.time()) + 3600}, "token_wrong"),
        ({"iss": "https://evil.example"}, "token_wrong"),
        ({"aud": "another-hub"}, "token_wrong"),
        ({"sub": "somebody-else"}, "token_wrong"),
        ({"sub": None}, "token_wrong"),
        ({"exp": None}, "token_wrong"),
        ({"aud": None}, "token_wrong"),
        ({"iss": None}, "token_wrong"),
        ({"exp": "soon"}, "token_malformed"),
    ],
)
def test_c5_token_that_says_something_else_is_refused(one_provider, claims, code):
    assert refusal(one_provider, one_provider.token(**claims)) == code


@pytest.mark.parametrize(("late_s", "taken"), [(30, True), (90, False)])
def test_c5_clocks_may_differ_by_the_tolerance(one_provider, late_s, taken):
    token = one_provider.token(exp=int(time.time()) - late_s)

    if taken:
        partner_token.verify(token, key_set(one_provider), rules(one_provider))
    else:
        assert refusal(one_provider, token) == "token_expired"


def test_c5_token_of_a_key_that_is_not_known_asks_for_the_keys(one_provider):
    other = IdentityProvider()
    other.key_id = "key-of-tomorrow"

    assert refusal(one_provider, other.token()) == "token_key_unknown"
    assert refusal(one_provider, one_provider.token(), keys="") == "token_key_unknown"


def test_c5_token_that_another_key_signed_under_a_known_name_is_refused(one_provider):
    forger = IdentityProvider()

    assert refusal(one_provider, forger.token(iss=one_provider.issuer)) == "token_wrong"


def test_c5_public_key_is_no_password(provider):
    """The known confusion: HS256 with the public key, which everybody can read."""
    public = provider._key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    forged = signed_by_hand(provider, "HS256", public)

    assert refusal(provider, forged) == "token_wrong"


def test_c5_unsigned_token_is_refused(one_provider):
    for name in ("none", "None", "NONE"):
        assert refusal(one_provider, signed_by_hand(one_provider, name, b"")) == (
            "token_wrong"
        )


def signed_by_hand(provider, algorithm, key):
    def encoded(content):
        return base64.urlsafe_b64encode(content).rstrip(b"=")

    header = encoded(json.dumps({"alg": algorithm, "kid": provider.key_id}).encode())
    payload = provider.token().split(".")[1].encode()
    signed = header + b"." + payload
    signature = hmac.new(key, signed, hashlib.sha256).digest() if key else b""
    return (signed + b"." + encoded(signature)).decode()


def test_c5_algorithm_that_the_connector_does_not_take_is_refused(one_provider):
    token = one_provider.token()

    assert refusal(one_provider, token, algorithms=("RS256",)) == "token_wrong"


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*"))
def test_c5_no_text_breaks_the_reader(text):
    with pytest.raises(CredentialsError):
        partner_token.verify(text, key_set(PROVIDER), rules(PROVIDER))


def test_c5_endless_token_is_not_read(one_provider):
    assert (
        refusal(one_provider, "a." * partner_token.LONGEST_TOKEN) == "token_malformed"
    )


# ------------------------------------------------------------------ what is entered


@pytest.mark.parametrize("text", ["", None, "HS256", "none", "RS256, HS512", "rs256"])
def test_c5_algorithms_that_need_a_shared_secret_are_refused(text):
    with pytest.raises(ConfigurationError):
        partner_token.read_algorithms(text)


def test_c5_algorithms_are_read_from_a_list():
    assert partner_token.read_algorithms("RS256 , EdDSA,") == ("RS256", "EdDSA")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"keys": 1}',
        b'{"keys": []}',
        b"\xff",
        b"[" * 9999,
    ],
)
def test_c5_answer_that_is_no_key_set_is_refused(body):
    with pytest.raises(ConfigurationError) as refused:
        partner_token.read_key_set(body)

    assert refused.value.remedy


def test_c5_only_public_parts_of_signing_keys_are_kept():
    published = dict(PROVIDER.key_set["keys"][0], d="private", x5c=["long"])
    secret = {"kty": "oct", "k": "c2VjcmV0", "kid": "hmac"}
    other = dict(published, use="enc", kid="for-encryption")
    body = json.dumps({"keys": [published, secret, other]}).encode()

    stored = json.loads(partner_token.read_key_set(body))["keys"]

    assert [key["kid"] for key in stored] == [PROVIDER.key_id]
    assert "d" not in stored[0]
