"""The QMS speaks its own words and signs with Standard Webhooks."""

import base64
import hashlib
import hmac

from devkit import json_http
from devkit.poll import until
from tests.fakes.fixtures import API_KEY, WHSEC

INSPECTION = {
    "lot": "GB-0001",
    "item": "GB-200",
    "qty": 120,
    "reason": "Fault E-204 during assembly",
    "source_ref": "ref-1",
}


def create(qms, **changes):
    headers = {"X-Api-Key": API_KEY, "Idempotency-Key": "key-1"}
    return json_http.post(f"{qms.url}/v2/inspections", INSPECTION | changes, headers)


def test_inspection_is_created_with_a_location(qms):
    answer = create(qms)

    assert answer.status == 201
    assert answer.headers["Location"] == "/v2/inspections/Q-77"
    assert answer.json == {"id": "Q-77"}


def test_wrong_key_is_refused(qms):
    answer = json_http.post(f"{qms.url}/v2/inspections", INSPECTION, {"X-Api-Key": "x"})

    assert answer.status == 401


def test_quantity_must_be_a_number(qms):
    answer = create(qms, qty="120")

    assert answer.status == 422


def test_decision_calls_back_with_a_standard_webhooks_signature(qms, odoo):
    create(qms)

    json_http.post(
        f"{qms.url}/_control/inspections/Q-77",
        {"decision": "USAGE_DECISION_ACCEPT", "decided_by": "M. Ito"},
    )

    (call,) = until(lambda: odoo.requests, "the callback arrives")
    assert call.path == "/mfg/v1/hooks/qms"
    assert call.json()["decision"] == "USAGE_DECISION_ACCEPT"
    signed = ".".join(
        [call.headers["webhook-id"], call.headers["webhook-timestamp"], ""]
    )
    digest = hmac.new(
        base64.b64decode(WHSEC.removeprefix("whsec_")),
        signed.encode() + call.body,
        hashlib.sha256,
    ).digest()
    expected = f"v1,{base64.b64encode(digest).decode()}"
    assert call.headers["webhook-signature"] == expected


def test_unknown_decision_is_refused(qms):
    create(qms)

    answer = json_http.post(
        f"{qms.url}/_control/inspections/Q-77", {"decision": "MAYBE"}
    )

    assert answer.status == 422
