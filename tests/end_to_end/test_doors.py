"""Bad input at every door: the right status, a problem document, nothing stored."""

import gzip
import json
import re
import time

import pytest

from devkit import json_http
from tests.contract.recordings import VERSIONS, recorded

from .doors import (
    CLOUDEVENT,
    CMMS_HOOK,
    EDGE,
    EVENTS,
    EVERY,
    QMS_HOOK,
    UNKNOWN_PATHS,
    cloudevent,
    counted_answers,
    letter,
    row_counts,
)
from .own_connector import given_connector

BATCH = "application/cloudevents-batch+json"
NDJSON = "application/x-ndjson"
#: Has the test addon lose the request against another one, once.
RUNS_TWICE = "X-Test-Runs-Twice"
SIGNATURE_HEADERS = ("webhook-signature", "X-Cmms-Signature")
OVER_LIMIT = 1024 * 1024 + 1
every_door = pytest.mark.parametrize("door", EVERY)


@pytest.fixture
def refused(live):
    """Posts a letter that must be refused, and checks all that goes with it."""

    def post(sent, status, code=None):
        rows, counted = row_counts(live), counted_answers(live)

        answer = sent.post(live)

        assert answer.status == status, answer.body
        assert answer.headers["Content-Type"] == "application/problem+json"
        if status == 401:
            asked_for = answer.headers["WWW-Authenticate"]
            assert re.fullmatch(r'Webhook-Signature realm="[a-z0-9_-]+"', asked_for)
        problem = answer.json
        assert problem["status"] == status
        assert problem["detail"]
        if code:
            assert problem["code"] == code
        assert row_counts(live) == rows
        assert counted_answers(live) == counted + 1
        return problem

    return post


# --------------------------------------------------------------------- signature


@every_door
def test_c4_letter_without_a_signature_is_refused(refused, door):
    sent = letter(door)
    sent.without = SIGNATURE_HEADERS

    refused(sent, 401, "signature_missing")


@every_door
def test_c4_letter_signed_for_other_bytes_is_refused(refused, door):
    sent = letter(door)
    sent.signed = sent.body + b" "

    refused(sent, 401, "signature_wrong")


@every_door
@pytest.mark.parametrize("value", ["", "v1", "v1,a", "t=,v1=", "\u00ff", "v1," * 500])
def test_c4_malformed_signature_is_refused(refused, door, value):
    sent = letter(door)
    sent.headers = dict.fromkeys(SIGNATURE_HEADERS, value)

    refused(sent, 401)


@every_door
@pytest.mark.parametrize("offset_s", [-301, 330])
def test_c4_stale_timestamp_is_refused(refused, door, offset_s):
    sent = letter(door)
    sent.timestamp = int(time.time()) + offset_s

    refused(sent, 401, "signature_stale")


@every_door
def test_unknown_connector_is_refused(refused, door):
    sent = letter(door)
    sent.path = UNKNOWN_PATHS[door]

    refused(sent, 404, "unknown_connector")


@every_door
def test_address_that_no_database_can_hold_is_refused(refused, door):
    sent = letter(door)
    sent.path = UNKNOWN_PATHS[door].replace("nobody", "%00")

    refused(sent, 404, "unknown_connector")


@every_door
def test_door_that_is_asked_for_its_options_stores_nothing(refused, door):
    sent = letter(door)
    sent.method = "OPTIONS"

    refused(sent, 405, "method_not_allowed")


def test_webhook_for_a_connector_without_a_template_is_refused(refused):
    sent = letter(EVENTS)
    sent.path = "/mfg/v1/hooks/assembly-edge"

    refused(sent, 404, "no_webhooks")


def test_c4_tolerance_is_a_setting_of_the_connector(live):
    strict = given_connector(live, "tolerance-strict", tolerance_s=30)
    lenient = given_connector(live, "tolerance-lenient", tolerance_s=900)

    answers = []
    for connector in (strict, lenient):
        sent = connector.letter(EVENTS)
        sent.timestamp = int(time.time()) - 60
        answers.append(sent.post(live))
        sent.timestamp = int(time.time()) - 1000
        answers.append(sent.post(live))

    assert [answer.status for answer in answers] == [401, 401, 202, 401]
    assert "at most 30 s" in answers[0].json["detail"]


# ---------------------------------------------------------------------- contents


@pytest.mark.parametrize(
    ("content_type", "written", "statuses"),
    [
        (CLOUDEVENT, lambda events: json.dumps(events[0]), ["accepted"]),
        ("application/json", lambda events: json.dumps(events[0]), ["accepted"]),
        (BATCH, json.dumps, ["accepted"] * 3),
        ("application/json", json.dumps, ["accepted"] * 3),
        (NDJSON, lambda events: "\n".join(map(json.dumps, events)), ["accepted"] * 3),
    ],
    ids=["structured", "plain", "batch", "plain batch", "lines"],
)
@pytest.mark.parametrize("door", [EVENTS, EDGE])
def test_c2_events_come_in_one_by_one_and_in_batches(
    live, door, content_type, written, statuses
):
    sent = letter(door)
    events = [json.loads(letter(door).body) for _ in range(3)]
    sent.body, sent.content_type = written(events).encode(), content_type

    answer = sent.post(live)

    assert answer.status == 202, answer.body
    results = answer.json.get("results", [answer.json])
    assert [result["status"] for result in results] == statuses
    sent_ids = [event["id"] for event in events[: len(statuses)]]
    assert [result["id"] for result in results] == sent_ids


def test_c10_recorded_events_are_still_taken(live):
    # Of its own, and without bindings: these events touch nothing in the plant.
    partner = given_connector(live, "recorded")
    listed = json_http.get(f"{live.url}/mfg/v1/openapi.json").json
    taken = listed["paths"]["/mfg/v1/events/{connector_code}"]["post"]["requestBody"]
    examples = taken["content"][CLOUDEVENT]["examples"]

    for event_type in set(examples) & set(VERSIONS):
        sent = partner.letter(EVENTS)
        events = recorded(event_type)
        sent.body, sent.content_type = json.dumps(events).encode(), BATCH
        answer = sent.post(live)

        results = answer.json["results"]
        assert {result["status"] for result in results} == {"accepted"}, results
        assert len(results) == len(events)


def test_c2_event_whose_attributes_are_headers_is_refused(refused):
    sent = letter(EVENTS)
    sent.headers = {"ce-specversion": "1.0"}

    problem = refused(sent, 415, "unsupported_media")

    assert "structured mode" in problem["detail"]


def test_c1_unknown_event_type_is_refused(refused):
    sent = letter(EVENTS)
    sent.body = json.dumps(cloudevent("e2e-type", "mfg.nothing.v9", {})).encode()

    refused(sent, 400, "unknown_event_type")


def test_c1_schema_violation_names_the_path(refused):
    problem = refused(letter(EVENTS, note=17), 400, "schema_violation")

    assert problem["pointer"] == "/data/note"


def test_c1_schema_violation_at_the_edge_names_the_path(refused):
    problem = refused(letter(EDGE, good_quantity=-1), 400, "schema_violation")

    assert problem["pointer"] == "/data/good_quantity"


def test_event_without_an_id_is_refused(refused):
    sent = letter(EVENTS)
    event = json.loads(sent.body)
    del event["id"]
    sent.body = json.dumps(event).encode()

    problem = refused(sent, 400)

    assert problem["pointer"] == "/id"


@every_door
@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[1, 2", b"NaN"])
def test_body_that_is_not_json_is_refused(refused, door, body):
    sent = letter(door)
    sent.body = body

    refused(sent, 400)


@every_door
def test_wrong_charset_is_refused(refused, door):
    sent = letter(door)
    sent.content_type += "; charset=latin-1"

    refused(sent, 415)


@every_door
def test_form_encoded_body_is_verified_on_its_raw_bytes(refused, door):
    sent = letter(door)
    sent.body = b"specversion=1.0&id=form&data=%7B%7D"
    sent.content_type = "application/x-www-form-urlencoded"

    refused(sent, 415)


# -------------------------------------------------------------- size and encoding


@every_door
def test_c1_oversize_body_is_refused(refused, door):
    sent = letter(door)
    sent.body = b" " * OVER_LIMIT

    refused(sent, 413, "body_too_large")


@every_door
def test_truncated_gzip_is_refused(refused, door):
    sent = letter(door)
    sent.body = gzip.compress(sent.body)[:-12]
    sent.headers = {"Content-Encoding": "gzip"}

    refused(sent, 400, "bad_encoding")


@every_door
def test_c1_gzip_bomb_is_refused(refused, door):
    sent = letter(door)
    sent.body = gzip.compress(b" " * (64 * OVER_LIMIT))
    sent.headers = {"Content-Encoding": "gzip"}

    refused(sent, 413, "body_too_large")


@every_door
def test_gzip_is_accepted(live, door):
    sent = letter(door)
    sent.body = gzip.compress(sent.body)
    sent.headers = {"Content-Encoding": "gzip"}

    assert sent.post(live).status == 202


def test_long_answer_is_compressed_for_who_asks(live):
    sent = letter(EVENTS)
    events = [json.loads(letter(EVENTS).body) for _ in range(50)]
    sent.body = json.dumps(events).encode()
    sent.content_type = BATCH
    plain = sent.post(live)
    sent.headers = {"Accept-Encoding": "br, gzip"}

    packed = sent.post(live)

    assert plain.headers["Content-Encoding"] is None
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert len(packed.body) < len(plain.body)
    results = json.loads(gzip.decompress(packed.body))["results"]
    assert {result["status"] for result in results} == {"duplicate"}


# --------------------------------------------------------------------- repetition


@every_door
def test_a4_request_that_odoo_runs_twice_is_stored_once(live, door):
    table = "mfg_edge_event" if door == EDGE else "mfg_inbox_event"
    rows = row_counts(live)[table]
    sent = letter(door)
    sent.headers = {RUNS_TWICE: "1"}

    answer = sent.post(live)

    assert answer.status == 202
    assert answer.json["status"] == "accepted"
    assert row_counts(live)[table] == rows + 1
    stored = f"SELECT count(*) FROM {table} WHERE uuid = %s"
    assert live.value(stored, answer.json["uuid"]) == 1


@every_door
def test_a4_form_that_odoo_runs_twice_is_still_verified_on_its_raw_bytes(live, door):
    sent = letter(door)
    sent.body = b"specversion=1.0&id=form&data=%7B%7D"
    sent.content_type = "application/x-www-form-urlencoded"
    sent.headers = {RUNS_TWICE: "1"}

    answer = sent.post(live)

    assert (answer.status, answer.json["code"]) == (415, "unsupported_media")


@every_door
def test_a4_repeated_id_is_one_row_and_the_same_answer(live, door):
    sent = letter(door)
    first = sent.post(live)
    rows = row_counts(live)

    second = sent.post(live)

    assert (first.status, second.status) == (202, 202)
    result, repeated = _result(first), _result(second)
    assert repeated["status"] == "duplicate"
    assert repeated["uuid"] == result["uuid"]
    after = row_counts(live)
    assert after["mfg_inbox_event"] == rows["mfg_inbox_event"]
    assert after["mfg_edge_event"] == rows["mfg_edge_event"]


@pytest.mark.parametrize(
    ("door", "changes"),
    [
        (EVENTS, {"note": "other"}),
        (CMMS_HOOK, {"status": "FINISHED"}),
        (QMS_HOOK, {"decision": "USAGE_DECISION_REJECT"}),
    ],
)
def test_a5_same_id_with_another_body_is_a_conflict(live, refused, door, changes):
    event_id = f"e2e-conflict-{door}-{time.time_ns()}"
    assert letter(door, event_id).post(live).status == 202

    refused(letter(door, event_id, **changes), 409)


def test_a5_same_id_with_another_body_is_a_conflict_at_the_edge(live):
    event_id = f"e2e-conflict-{time.time_ns()}"
    assert letter(EDGE, event_id).post(live).status == 202
    rows = row_counts(live)

    answer = letter(EDGE, event_id, good_quantity=2).post(live)

    assert _result(answer)["status"] == "conflict" or answer.status == 409
    assert row_counts(live)["mfg_edge_event"] == rows["mfg_edge_event"]


def test_a5_conflict_is_counted_as_one(live):
    def counted():
        return live.value(
            "SELECT COALESCE(sum(count), 0) FROM mfg_door_counter"
            " WHERE status = 409 AND code = 'id_conflict'"
        )

    event_id, before = f"e2e-conflict-{time.time_ns()}", counted()
    letter(EVENTS, event_id).post(live)

    letter(EVENTS, event_id, note="other").post(live)

    assert counted() == before + 1


def test_c7_bad_event_of_a_batch_does_not_fail_the_rest(live):
    good = cloudevent(f"e2e-{time.time_ns()}", "mfg.ping.v1", {"note": "good"})
    bad = cloudevent(f"e2e-{time.time_ns()}", "mfg.ping.v1", {"note": 17})
    sent = letter(EVENTS)
    sent.body = json.dumps([good, bad]).encode()
    sent.content_type = BATCH

    answer = sent.post(live)

    assert answer.status == 202
    results = answer.json["results"]
    assert [result["status"] for result in results] == ["accepted", "invalid"]
    assert results[1]["problem"]["pointer"] == "/data/note"


def test_content_type_with_utf8_is_accepted(live):
    sent = letter(EVENTS)
    sent.content_type = f"{CLOUDEVENT}; charset=UTF-8"

    assert sent.post(live).status == 202


def _result(answer):
    """The result of the one event that was sent."""
    return answer.json["results"][0] if "results" in answer.json else answer.json
