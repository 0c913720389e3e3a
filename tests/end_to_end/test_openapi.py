"""The served OpenAPI document, and whether the doors answer as it says."""

import gzip
import json
import time

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from devkit import json_http
from tests.fakes import signing
from tests.openapi_reader import OpenApiReader

from .doors import (
    CMMS_HOOK,
    EDGE,
    EVENTS,
    EVERY,
    PATHS,
    UNKNOWN_PATHS,
    letter,
)

ADDRESS = "/mfg/v1/openapi.json"
BATCH = "application/cloudevents-batch+json"
OVER_LIMIT = 1024 * 1024 + 1
MANY = 5001
SIGNATURE_HEADERS = ("webhook-signature", "X-Cmms-Signature")


@pytest.fixture
def served(live):
    """The document as it is served."""
    return OpenApiReader(json_http.get(live.url + ADDRESS).json)


# ------------------------------------------------------------------ the document


def test_c8_the_served_document_is_openapi(served):
    assert list(OpenAPIV31SpecValidator(served.document).iter_errors()) == []


def test_c8_every_served_example_keeps_its_schema(served):
    shown = list(served.examples())

    for pointer, example in shown:
        served.validator(pointer).validate(example)

    assert len(shown) > 50


def test_c8_the_document_names_the_doors_and_contracts_that_are_installed(live, served):
    listed = json_http.get(f"{live.url}/mfg/v1/contracts").json["contracts"]

    assert {entry["type"] for entry in listed} <= served.document["components"][
        "schemas"
    ].keys()
    assert "/mfg/v1/edge/{connector_code}/events" in served.document["paths"]
    assert ADDRESS in served.document["paths"]


def test_c8_who_has_the_document_is_not_sent_it_again(live):
    first = json_http.get(live.url + ADDRESS)

    again = json_http.get(live.url + ADDRESS, {"If-None-Match": first.headers["ETag"]})
    other = json_http.get(live.url + ADDRESS, {"If-None-Match": '"older"'})

    assert (again.status, again.body) == (304, b"")
    assert (other.status, other.body) == (200, first.body)


# --------------------------------------------------------------- what doors answer


def _unsigned(sent):
    sent.without = SIGNATURE_HEADERS


def _wrongly_signed(sent):
    sent.signed = sent.body + b" "


def _malformed(sent):
    sent.headers = dict.fromkeys(SIGNATURE_HEADERS, "v1")


def _stale(sent):
    sent.timestamp -= 400


def _to_nobody(sent):
    sent.path = UNKNOWN_PATHS[sent.door]


def _asks_for_options(sent):
    sent.method = "OPTIONS"


def _not_json(sent):
    sent.body = b"{"


def _not_storable(sent):
    sent.body = b'{"id": "\\u0000"}'


def _latin(sent):
    sent.content_type += "; charset=latin-1"


def _form(sent):
    sent.body, sent.content_type = b"a=1", "application/x-www-form-urlencoded"


def _oversize(sent):
    sent.body = b" " * OVER_LIMIT


def _truncated(sent):
    sent.body = gzip.compress(sent.body)[:-12]
    sent.headers = {"Content-Encoding": "gzip"}


def _bomb(sent):
    sent.body = gzip.compress(b" " * (64 * OVER_LIMIT))
    sent.headers = {"Content-Encoding": "gzip"}


def _unknown_coding(sent):
    sent.headers = {"Content-Encoding": "br"}


SPOILED = {
    _unsigned: 401,
    _wrongly_signed: 401,
    _malformed: 401,
    _stale: 401,
    _to_nobody: 404,
    _asks_for_options: 405,
    _not_json: 400,
    _not_storable: 400,
    _latin: 415,
    _form: 415,
    _oversize: 413,
    _truncated: 400,
    _bomb: 413,
    _unknown_coding: 415,
}


def answered(live, served, sent):
    """The answer to a letter, which is as the document says."""
    answer = sent.post(live)
    path = sent.path or PATHS[sent.door]
    assert served.faults(sent.method, path, answer) == []
    return answer


@pytest.mark.parametrize("door", EVERY)
def test_c8_a_door_takes_an_event_as_documented(live, served, door):
    sent = letter(door)

    first, again = answered(live, served, sent), answered(live, served, sent)

    assert (first.status, again.status) == (202, 202)


@pytest.mark.parametrize("door", EVERY)
@pytest.mark.parametrize("spoil", SPOILED, ids=lambda spoil: spoil.__name__)
def test_c8_a_door_refuses_as_documented(live, served, door, spoil):
    sent = letter(door)
    spoil(sent)

    assert answered(live, served, sent).status == SPOILED[spoil]


@pytest.mark.parametrize("door", [EVENTS, EDGE])
def test_c8_an_event_that_breaks_its_contract_is_refused_as_documented(
    live, served, door
):
    good = json.loads(letter(door).body)
    spoiled = (
        [good],
        {**good, "id": None},
        {**good, "type": "mfg.nothing.v9"},
        {**good, "data": {"nothing": 1}},
    )
    for body in spoiled:
        sent = letter(door)
        sent.body = json.dumps(body).encode()

        assert answered(live, served, sent).status == 400


@pytest.mark.parametrize("door", [EVENTS, EDGE, CMMS_HOOK])
def test_c8_a_conflict_is_answered_as_documented(live, served, door):
    event_id = f"e2e-conflict-{time.time_ns()}"
    change = {
        EVENTS: {"note": "other"},
        EDGE: {"good_quantity": 2},
        CMMS_HOOK: {"status": "FINISHED"},
    }
    answered(live, served, letter(door, event_id))

    answer = answered(live, served, letter(door, event_id, **change[door]))

    assert answer.status == 409


@pytest.mark.parametrize("door", [EVENTS, EDGE])
def test_c8_a_batch_is_answered_as_documented(live, served, door):
    good = json.loads(letter(door).body)
    other = json.loads(letter(door).body)
    conflict = {**good, "subject": "another"}
    sent = letter(door)
    sent.body = json.dumps(
        [good, good, conflict, {**other, "data": {"nothing": 1}}, {"id": 7}]
    ).encode()
    sent.content_type = BATCH

    answer = answered(live, served, sent)

    assert [result["status"] for result in answer.json["results"]] == [
        "accepted",
        "duplicate",
        "conflict",
        "invalid",
        "invalid",
    ]


def test_c8_too_many_machine_events_are_refused_as_documented(live, served):
    sent = letter(EDGE)
    sent.body, sent.content_type = b"{}\n" * MANY, "application/x-ndjson"

    answer = answered(live, served, sent)

    assert (answer.status, answer.json["code"]) == (413, "batch_too_large")


def test_c8_a_webhook_without_a_template_is_refused_as_documented(live, served):
    sent = letter(EVENTS)
    sent.path = "/mfg/v1/hooks/assembly-edge"

    assert answered(live, served, sent).json["code"] == "no_webhooks"


def test_c8_an_event_in_binary_mode_is_refused_as_documented(live, served):
    sent = letter(EVENTS)
    sent.headers = {"ce-specversion": "1.0"}

    assert answered(live, served, sent).status == 415


# ------------------------------------------------------------------ what is read


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/mfg/v1/health", 200),
        ("/mfg/v1/contracts", 200),
        ("/mfg/v1/contracts/mfg.ping.v1", 200),
        ("/mfg/v1/contracts/mfg.nothing.v1", 404),
        ("/mfg/v1/messages/nobody", 404),
        ("/mfg/v1/metrics", 401),
        (ADDRESS, 200),
    ],
)
def test_c8_what_anybody_may_read_is_answered_as_documented(live, served, path, status):
    answer = json_http.get(live.url + path)

    assert answer.status == status
    assert served.faults("GET", path, answer) == []


def test_c8_metrics_are_answered_as_documented(live, served):
    token = live.secrets.metrics_token
    sent = {"Authorization": f"Bearer {token}"}

    answer = json_http.get(f"{live.url}/mfg/v1/metrics", sent)

    assert answer.status == 200
    assert served.faults("GET", "/mfg/v1/metrics", answer) == []


@pytest.mark.parametrize("door", [EVENTS, EDGE])
def test_c8_how_far_an_event_came_is_answered_as_documented(live, served, door):
    uuid = letter(door).post(live).json["uuid"]
    path = f"/mfg/v1/messages/{uuid}"
    signed = signing.standard_webhook(
        live.secrets.machine, f"msg-{uuid}", int(time.time()), b""
    )

    answer = json_http.get(live.url + path, signed)
    unsigned = json_http.get(live.url + path)

    assert (answer.status, unsigned.status) == (200, 401)
    assert served.faults("GET", path, answer) == []
    assert served.faults("GET", path, unsigned) == []
