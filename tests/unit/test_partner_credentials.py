"""API keys and logins: whatever a stranger sends ends in one kind of refusal."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.exceptions import CredentialsError
from mfg_integration_core.protocols import partner_credentials as credentials


def test_k1_new_key_has_256_random_bits_behind_what_it_is_known_by():
    first, beginning = credentials.new_key()
    second, _other = credentials.new_key()

    assert first.startswith(f"{beginning}_")
    assert (
        len(base64.urlsafe_b64decode(first.removeprefix(f"{beginning}_") + "=")) == 32
    )
    assert first != second


def test_k1_key_that_was_sent_is_found_among_two_in_force():
    (old, _a), (new, _b) = credentials.new_key(), credentials.new_key()
    stored = {1: credentials.digest(old), 2: credentials.digest(new)}

    assert credentials.matching(old, stored) == 1
    assert credentials.matching(new, stored) == 2
    assert credentials.matching(new + "x", stored) is None
    assert old not in str(stored)


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_c5_bearer_is_read_in_any_spelling(name, scheme):
    assert credentials.bearer({name: f"{scheme}  abc "}, "Bearer") == "abc"


@pytest.mark.parametrize("value", [None, "", "Bearer", "Bearer ", "Basic YTpi", "abc"])
def test_c5_nothing_to_read_is_refused_with_the_challenge(value):
    headers = {} if value is None else {"Authorization": value}

    with pytest.raises(CredentialsError) as refused:
        credentials.bearer(headers, 'Bearer realm="x"')

    assert refused.value.code == "credentials_missing"
    assert refused.value.challenge == 'Bearer realm="x"'


def test_c5_login_may_have_a_colon_and_letters_of_any_language_in_its_password():
    encoded = base64.b64encode("hüb:a:ß".encode()).decode()

    assert credentials.login({"Authorization": f"Basic {encoded}"}, "") == (
        "hüb",
        "a:ß",
    )


@given(st.text())
def test_c5_no_login_breaks_the_reader(text):
    for value in (text, f"Basic {text}", f"Bearer {text}"):
        try:
            credentials.login({"Authorization": value}, "Basic")
        except CredentialsError as error:
            assert error.code in ("credentials_missing", "credentials_malformed")


def test_c5_challenge_names_its_parameters():
    told = credentials.challenge("Bearer", "cmms", error="invalid_token")

    assert told == 'Bearer realm="cmms", error="invalid_token"'
