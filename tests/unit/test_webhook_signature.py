"""Signatures: what proves a sender, and that nothing else gets through or breaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.exceptions import SignatureError
from mfg_integration_core.protocols import webhook_scheme, webhook_signature

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
NOW = 1614265330

MAINTAINX = {
    "header": "x-maintainx-webhook-body-signature",
    "layout": "t={timestamp},v1={signature}",
    "signed": "{timestamp}.{body}",
    "algorithm": "sha256",
    "encoding": "hex",
    "key": "utf8",
    "tolerance_s": 300,
}


def signed_headers(secret=SECRET, message_id="msg_1", timestamp=NOW, body=BODY):
    return {
        "Webhook-Id": message_id,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": webhook_signature.sign(
            secret, message_id, timestamp, body
        ),
    }


def verify_vector(vector):
    body = vector["body"].encode()
    if vector["scheme"] == "standard-webhooks":
        return webhook_signature.verify(
            [vector["secret"]], vector["headers"], body, vector["now"]
        )
    return webhook_scheme.verify(
        MAINTAINX, [vector["secret"]], vector["headers"], body, vector["now"]
    )


def test_every_published_vector_is_judged_right(shared_data, read_json):
    for vector in read_json(shared_data / "webhooks" / "signature-vectors.json"):
        if vector["valid"]:
            verify_vector(vector)
        else:
            with pytest.raises(SignatureError):
                verify_vector(vector)


def test_published_constant_is_reproduced():
    signature = webhook_signature.sign(
        SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", NOW, BODY
    )

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_signed_request_gives_its_message_id():
    assert webhook_signature.verify([SECRET], signed_headers(), BODY, NOW) == "msg_1"


def test_either_secret_is_good_during_a_rotation():
    new, headers = webhook_signature.new_secret(), signed_headers()

    assert webhook_signature.verify([new, SECRET], headers, BODY, NOW) == "msg_1"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Webhook-Signature": None}, "signature_missing"),
        ({"Webhook-Id": None}, "signature_missing"),
        ({"Webhook-Timestamp": None}, "signature_missing"),
        ({"Webhook-Signature": ""}, "signature_malformed"),
        ({"Webhook-Signature": "v1"}, "signature_malformed"),
        ({"Webhook-Signature": "v1a,aGVsbG8="}, "signature_malformed"),
        ({"Webhook-Timestamp": "yesterday"}, "signature_malformed"),
        ({"Webhook-Timestamp": "١٦١٤٢٦٥٣٣٠"}, "signature_malformed"),
        ({"Webhook-Id": "a b"}, "signature_malformed"),
        ({"Webhook-Signature": "v1,a"}, "signature_wrong"),
        ({"Webhook-Signature": "v1,ü"}, "signature_wrong"),
        ({"Webhook-Id": "msg_2"}, "signature_wrong"),
        ({"Webhook-Timestamp": str(NOW - 301)}, "signature_stale"),
        ({"Webhook-Timestamp": str(NOW + 301)}, "signature_stale"),
    ],
)
def test_each_way_to_fail_has_its_code(change, code):
    headers = signed_headers() | change
    headers = {name: value for name, value in headers.items() if value is not None}

    with pytest.raises(SignatureError) as caught:
        webhook_signature.verify([SECRET], headers, BODY, NOW)

    assert (caught.value.code, caught.value.status) == (code, 401)


def test_altered_body_is_refused():
    with pytest.raises(SignatureError) as caught:
        webhook_signature.verify([SECRET], signed_headers(), BODY + b" ", NOW)

    assert caught.value.code == "signature_wrong"


def test_c4_every_secret_is_compared_with_every_signature_in_constant_time(
    monkeypatch,
):
    compared = []

    def compare(ours, theirs):
        compared.append((ours, theirs))
        return ours == theirs

    monkeypatch.setattr(webhook_signature.hmac, "compare_digest", compare)

    webhook_signature.check_any_equal(iter(["a", "b"]), ["a", "x", "y"])

    # Whoever measures cannot tell which fitted, nor how much of it.
    assert len(compared) == 6


def test_connector_without_secret_lets_nobody_in():
    with pytest.raises(SignatureError):
        webhook_signature.verify([], signed_headers(), BODY, NOW)


def test_secret_that_is_no_base64_is_our_own_fault_and_says_so():
    with pytest.raises(SignatureError) as caught:
        webhook_signature.verify(["whsec_%%%"], signed_headers(), BODY, NOW)

    assert caught.value.code == "secret_malformed"


def test_independent_implementation_accepts_what_we_sign():
    standardwebhooks = pytest.importorskip("standardwebhooks")
    import time

    now = int(time.time())
    secret = webhook_signature.new_secret()
    headers = {
        name.lower(): value
        for name, value in signed_headers(secret, timestamp=now).items()
    }

    assert standardwebhooks.Webhook(secret).verify(BODY, headers)


headers_of_a_stranger = st.dictionaries(
    st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]),
    st.text() | st.binary() | st.none() | st.from_regex(r"v1,.*|[0-9]+|msg_[a-z]+"),
)


@given(headers_of_a_stranger, st.binary())
def test_whatever_a_stranger_sends_only_a_signature_error_comes_out(headers, body):
    with pytest.raises(SignatureError):
        webhook_signature.verify([SECRET], headers, body, NOW)
