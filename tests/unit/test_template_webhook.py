"""A vendor's own webhooks, proven and put into our terms."""

import hashlib
import hmac
import json
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.exceptions import (
    InvalidEventError,
    SignatureError,
    UnknownConnectorError,
    UnmappedValueError,
)
from mfg_integration_core.protocols import webhook_signature
from mfg_integration_core.protocols.template import Template

from .template_text import TEMPLATE

ACME = Template.load(TEMPLATE, "acme.yaml")
STANDARD = Template.load(
    """
template: acme
name: Acme QMS
version: 1
auth: {scheme: none}
check: {method: GET, path: /}
webhooks:
  signature: standard_webhooks
  events:
    - {when: decision, event_type: mfg.inspection.decided.v1, data: {word: decision}}
""",
    "acme.yaml",
)
CHANGED = {
    "event": "changed",
    "wo": "WO-1",
    "version": 3,
    "changed_at": 1795212900250,
    "status": "ON",
}


def body_of(**changes):
    return json.dumps(CHANGED | changes).encode()


def test_webhook_is_put_into_our_terms():
    webhook = ACME.webhook({}, body_of(note="checked"))

    assert webhook.event_type == "mfg.maintenance.reported.v1"
    assert (webhook.event_id, webhook.key) == ("WO-1-3", "WO-1")
    assert webhook.time == datetime(2026, 11, 20, 22, 15, 0, 250000, timezone.utc)
    assert webhook.data == {"work_order": "WO-1", "state": "running", "note": "checked"}


def test_c5_template_tells_whether_its_vendor_signs_in_a_way_of_its_own():
    assert ACME.signs_webhooks_itself
    assert not STANDARD.signs_webhooks_itself


@pytest.mark.parametrize(
    ("status", "state"),
    [("ON", "running"), ("NO", "stopped"), (5, "done"), ("5", "done")],
)
def test_status_words_that_yaml_would_misread_are_words(status, state):
    assert ACME.webhook({}, body_of(status=status)).data["state"] == state


def test_webhook_without_a_rule_is_ignored_not_refused():
    webhook = ACME.webhook({}, body_of(event="commented", status="NOBODY KNOWS"))

    assert webhook.event_type is None
    assert webhook.event_id == "WO-1-3"


def test_unknown_status_word_waits_for_a_mapping():
    with pytest.raises(UnmappedValueError) as caught:
        ACME.webhook({}, body_of(status="PAUSED"))

    assert "ON, NO, 5" in caught.value.detail


def test_id_and_key_are_known_before_the_rest_is_read():
    body = body_of(status="PAUSED")

    assert ACME.webhook_id({}, body) == "WO-1-3"
    assert ACME.webhook_key({}, body) == "WO-1"


def test_webhook_without_time_has_none():
    assert ACME.webhook({}, body_of(changed_at=None)).time is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        body_of(wo=None),
        body_of(wo="x" * 300),
        body_of(wo={}),
        body_of(changed_at="soon"),
        body_of(changed_at=1e300),
    ],
)
def test_webhook_that_cannot_be_read_is_invalid(body):
    with pytest.raises(InvalidEventError) as caught:
        ACME.webhook({}, body)

    assert caught.value.code in ("not_json", "mapping_failed")


def test_standard_webhook_brings_its_id_in_a_header():
    headers = {"Webhook-Id": "msg_1", "Webhook-Signature": "v1,x", "Cookie": "c"}

    kept = STANDARD.kept_headers(headers)

    assert kept == {"webhook-id": "msg_1"}
    assert STANDARD.webhook(kept, b'{"decision": "ok"}').event_id == "msg_1"
    assert STANDARD.webhook_key(kept, b"{}") == "msg_1"


def test_standard_webhook_without_id_is_invalid():
    with pytest.raises(InvalidEventError):
        STANDARD.webhook({}, b'{"decision": "ok"}')


def test_own_scheme_is_verified():
    body = body_of()
    signature = hmac.new(b"key", b"1000." + body, hashlib.sha256).hexdigest()
    headers = {"x-acme-signature": f"t=1000,v1={signature}"}

    ACME.verify_webhook(["key"], headers, body, now=1000)
    with pytest.raises(SignatureError):
        ACME.verify_webhook(["other"], headers, body, now=1000)


def test_standard_scheme_is_verified():
    secret, body = webhook_signature.new_secret(), b'{"decision": "ok"}'
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1000",
        "webhook-signature": webhook_signature.sign(secret, "msg_1", 1000, body),
    }

    STANDARD.verify_webhook([secret], headers, body, now=1000)
    with pytest.raises(SignatureError):
        STANDARD.verify_webhook([secret], headers, body + b" ", now=1000)


def test_template_without_webhooks_has_no_such_door():
    text = TEMPLATE[: TEMPLATE.index("webhooks:")]

    with pytest.raises(UnknownConnectorError):
        Template.load(text, "acme.yaml").webhook_id({}, b"{}")


@given(
    st.binary()
    | st.recursive(
        st.none() | st.integers() | st.text() | st.sampled_from(["changed", "ON"]),
        lambda inner: st.dictionaries(st.sampled_from(list(CHANGED)), inner),
    ).map(lambda content: json.dumps(content).encode())
)
def test_no_body_breaks_the_reader(body):
    try:
        ACME.webhook({}, body)
    except (InvalidEventError, UnmappedValueError) as error:
        assert error.code
