"""No secret in what is recorded, wherever it stood."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.exceptions import PermanentDeliveryError
from mfg_integration_core.protocols.masking import MASK, Mask

SECRET = 'pa$$ wörd/"7+'
mask = Mask([SECRET], username="hub", headers={"x-plant-token"})


@pytest.mark.parametrize(
    "name", ["Authorization", "X-API-Key", "Cookie", "Set-Cookie", "X-Plant-Token"]
)
def test_k2_header_of_a_credential_is_masked_whole(name):
    assert mask.headers({name: "anything"}) == {name: MASK}


def test_k2_secret_in_any_other_header_is_masked_in_place():
    masked = mask.headers({"X-Echo": f"you sent {SECRET}!", "Accept": "text/plain"})

    assert masked == {"X-Echo": f"you sent {MASK}!", "Accept": "text/plain"}


@pytest.mark.parametrize(
    "url",
    [
        "https://cmms.example.com/?key=pa%24%24%20w%C3%B6rd%2F%227%2B&x=1",
        "https://cmms.example.com/?key=pa%24%24+w%C3%B6rd%2F%227%2B&x=1",
    ],
)
def test_k2_secret_in_a_query_is_masked(url):
    assert mask.text(url) == "https://cmms.example.com/?key=***&x=1"


@pytest.mark.parametrize("ascii_only", [True, False])
def test_k2_secret_in_a_body_is_masked(ascii_only):
    body = json.dumps({"key": SECRET, "n": 1}, ensure_ascii=ascii_only).encode()

    assert json.loads(mask.body(body)) == {"key": MASK, "n": 1}


def test_k2_basic_credentials_that_a_partner_repeats_are_masked():
    pair = base64.b64encode(f"hub:{SECRET}".encode())

    assert mask.body(b"unknown user: Basic " + pair) == b"unknown user: Basic ***"


def test_k2_error_that_repeats_the_secret_passes_without_it():
    with pytest.raises(PermanentDeliveryError) as caught, mask.errors():
        raise PermanentDeliveryError(
            f"The partner refuses {SECRET}.", code="refused", remedy=f"Not {SECRET}."
        )

    assert str(caught.value) == "The partner refuses ***."
    assert caught.value.remedy == "Not ***."
    assert caught.value.code == "refused"


def test_k2_mask_does_not_show_what_it_hides():
    assert SECRET not in repr(mask)


def test_k2_secret_that_is_too_short_to_be_one_masks_nothing():
    assert Mask(["a"]).text("a plant") == "a plant"


def test_k2_no_secret_masks_nothing():
    assert Mask([]).body(None) is None
    assert Mask([]).body(b"body") == b"body"


@given(
    st.text(min_size=4).filter(lambda secret: "*" not in secret), st.text(), st.text()
)
def test_k2_no_text_keeps_a_secret(secret, before, after):
    assert secret not in Mask([secret]).text(before + secret + after).replace(
        MASK, "\0"
    )
