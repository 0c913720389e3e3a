"""Vendors' own ways of signing, as templates describe them."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.exceptions import SignatureError
from mfg_integration_core.protocols import webhook_scheme

from .test_webhook_signature import BODY, MAINTAINX, NOW


def scheme_of(**changes):
    return {"header": "X-Signature", "layout": "{signature}", "signed": "{body}"} | (
        changes
    )


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        (scheme_of(), hmac.new(b"key", BODY, hashlib.sha256).hexdigest()),
        (scheme_of(), hmac.new(b"key", BODY, hashlib.sha256).hexdigest().upper()),
        (
            scheme_of(layout="sha256={signature}"),
            "sha256=" + hmac.new(b"key", BODY, hashlib.sha256).hexdigest(),
        ),
        (
            scheme_of(algorithm="sha512", encoding="base64"),
            base64.b64encode(hmac.new(b"key", BODY, hashlib.sha512).digest()).decode(),
        ),
        (
            scheme_of(layout="v1={signature}"),
            "v1=00,v1=" + hmac.new(b"key", BODY, hashlib.sha256).hexdigest(),
        ),
    ],
    ids=["hex", "upper case hex", "prefix", "sha512 base64", "several at once"],
)
def test_c4_scheme_described_by_a_template_is_verified(scheme, value):
    webhook_scheme.verify(scheme, ["key"], {"x-signature": value}, BODY, NOW)

    with pytest.raises(SignatureError):
        webhook_scheme.verify(scheme, ["other"], {"x-signature": value}, BODY, NOW)


def test_c4_base64_key_is_decoded_before_it_signs():
    scheme = scheme_of(key="base64")
    value = hmac.new(b"raw key", BODY, hashlib.sha256).hexdigest()
    secret = base64.b64encode(b"raw key").decode()

    webhook_scheme.verify(scheme, [secret], {"X-Signature": value}, BODY, NOW)


def test_c4_old_timestamp_of_a_scheme_is_stale_though_signed():
    signature = hmac.new(b"key", b"1000." + BODY, hashlib.sha256).hexdigest()
    headers = {MAINTAINX["header"]: f"t=1000,v1={signature}"}

    webhook_scheme.verify(MAINTAINX, ["key"], headers, BODY, 1300)
    with pytest.raises(SignatureError) as caught:
        webhook_scheme.verify(MAINTAINX, ["key"], headers, BODY, 1301)

    assert caught.value.code == "signature_stale"


@given(st.text() | st.from_regex(r"t=[0-9]*,v1=[0-9a-f]*(,.*)?"), st.binary())
def test_c4_malformed_scheme_header_only_gives_a_signature_error(value, body):
    headers = {MAINTAINX["header"]: value}

    with pytest.raises(SignatureError):
        webhook_scheme.verify(MAINTAINX, ["key"], headers, body, NOW)


def digest(key, signed, algorithm=hashlib.sha256):
    return hmac.new(key, signed, algorithm).digest()


def b64(raw, encode=base64.b64encode):
    return encode(raw).decode()


RAW = b"\xff\x00 raw key \xfb"
STAMP = str(NOW)


@pytest.mark.parametrize(
    ("changes", "secret", "headers"),
    [
        pytest.param(
            {"key": "hex"},
            RAW.hex(),
            {"X-Signature": digest(RAW, BODY).hex()},
            id="hex",
        ),
        pytest.param(
            {"key": "base64url", "encoding": "base64url"},
            b64(RAW, base64.urlsafe_b64encode).rstrip("="),
            {"X-Signature": b64(digest(RAW, BODY), base64.urlsafe_b64encode)},
            id="base64url",
        ),
        pytest.param(
            {"key": "base64", "prefix": "sk_"},
            "sk_" + b64(RAW),
            {"X-Signature": digest(RAW, BODY).hex()},
            id="prefix",
        ),
        pytest.param(
            {"derive": "sha256"},
            "key",
            {"X-Signature": digest(hashlib.sha256(b"key").digest(), BODY).hex()},
            id="hashed key",
        ),
        pytest.param(
            {
                "derive": {"hmac": "v1:{timestamp}"},
                "timestamp": {"header": "X-At"},
                "algorithm": "sha512",
            },
            "key",
            {
                "X-At": STAMP,
                "X-Signature": digest(
                    digest(b"key", f"v1:{STAMP}".encode(), hashlib.sha512),
                    BODY,
                    hashlib.sha512,
                ).hex(),
            },
            id="derived key",
        ),
        pytest.param(
            {"timestamp": {"header": "X-At", "unit": "epoch_ms"}},
            "key",
            {"X-At": f"{NOW}250", "X-Signature": digest(b"key", BODY).hex()},
            id="milliseconds",
        ),
        pytest.param(
            {
                "timestamp": {"header": "X-At", "unit": "iso"},
                "signed": "{header.X-Id}|{timestamp}|{body_sha256}",
            },
            "key",
            {
                "X-At": "2021-02-25T15:02:10Z",
                "X-Id": "e-1",
                "X-Signature": digest(
                    b"key",
                    b"e-1|2021-02-25T15:02:10Z|"
                    + hashlib.sha256(BODY).hexdigest().encode(),
                ).hex(),
            },
            id="joined parts",
        ),
        pytest.param(
            {"layout": "v1,{signature}", "separator": " ", "encoding": "base64"},
            "key",
            {"X-Signature": "v2,AAAA v1,AAAA v1," + b64(digest(b"key", BODY))},
            id="several, with blanks between",
        ),
    ],
)
def test_c4_scheme_takes_the_right_and_refuses_all_else(changes, secret, headers):
    scheme = scheme_of(**changes)

    webhook_scheme.verify(scheme, [secret], headers, BODY, NOW)

    with pytest.raises(SignatureError):
        webhook_scheme.verify(scheme, [secret], headers, BODY + b" ", NOW)
    for name in headers:
        others = {key: value for key, value in headers.items() if key != name}
        with pytest.raises(SignatureError):
            webhook_scheme.verify(scheme, [secret], others, BODY, NOW)


def test_c4_first_scheme_whose_header_was_sent_decides():
    strong = scheme_of(header="X-512", algorithm="sha512")
    weak = scheme_of(header="X-256")
    right = digest(b"key", BODY).hex()

    webhook_scheme.verify([strong, weak], ["key"], {"X-256": right}, BODY, NOW)
    with pytest.raises(SignatureError):
        headers = {"X-256": right, "X-512": "00"}
        webhook_scheme.verify([strong, weak], ["key"], headers, BODY, NOW)
    with pytest.raises(SignatureError, match="X-512 is missing"):
        webhook_scheme.verify([strong, weak], ["key"], {}, BODY, NOW)


@pytest.mark.parametrize("key", ["hex", "base64", "base64url"])
def test_c4_secret_of_ours_that_is_malformed_says_so(key):
    headers = {"X-Signature": "00"}

    for secret in ("no key!", ""):
        with pytest.raises(SignatureError) as caught:
            webhook_scheme.verify(scheme_of(key=key), [secret], headers, BODY, NOW)
        assert caught.value.code == "secret_malformed"


@pytest.mark.parametrize("unit", ["epoch_s", "epoch_ms", "iso"])
@given(stamp=st.text() | st.integers().map(str) | st.datetimes().map(str))
def test_c4_no_timestamp_breaks_the_check(unit, stamp):
    scheme = scheme_of(timestamp={"header": "X-At", "unit": unit})
    headers = {"X-At": stamp, "X-Signature": "00"}

    with pytest.raises(SignatureError):
        webhook_scheme.verify(scheme, ["key"], headers, BODY, NOW)
