"""Whatever goes wrong below /mfg/v1 is answered with a problem document."""

import json

import pytest

from devkit import json_http

from .doors import EDGE, EVENTS, PATHS, cloudevent, letter

OUTBOUND = "mfg.maintenance.requested.v1"


def assert_problem(answer, status, code):
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["code"] == code
    assert answer.json["detail"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS"])
@pytest.mark.parametrize(
    "path",
    ["/mfg/v1", "/mfg/v1/", "/mfg/v1/nothing", "/mfg/v1/events", "/mfg/v1/events/a/b"],
)
@pytest.mark.parametrize("content_type", ["application/json", "text/html"])
def test_address_that_nobody_answers_at_is_a_problem(live, method, path, content_type):
    sent = {"Content-Type": content_type}

    answer = json_http.call(method, live.url + path, b"{}", sent)

    assert_problem(answer, 404, "unknown_path")


@pytest.mark.parametrize("path", [PATHS[EVENTS], PATHS[EDGE]])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "TRACE"])
def test_door_for_events_names_the_method_that_it_takes(live, path, method):
    answer = json_http.call(method, live.url + path)

    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    "path",
    ["contracts", "contracts/mfg.ping.v1", "health", "metrics", "openapi.json"],
)
@pytest.mark.parametrize("method", ["POST", "DELETE", "OPTIONS"])
def test_page_to_read_names_the_methods_that_it_takes(live, path, method):
    answer = json_http.call(method, f"{live.url}/mfg/v1/{path}")

    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD"


def test_odoo_answers_elsewhere_as_it_always_did(live):
    answer = json_http.get(f"{live.url}/mfg/v2/events/assembly-edge")

    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith("text/html")


# ---------------------------------------------------------------- what is not taken


def test_c1_event_of_a_type_that_only_goes_out_is_refused(live):
    sent = letter(EVENTS)
    example = json_http.get(f"{live.url}/mfg/v1/contracts/{OUTBOUND}").json["example"]
    sent.body = json.dumps(example).encode()

    answer = sent.post(live)

    assert_problem(answer, 400, "type_not_taken")
    assert answer.json["pointer"] == "/type"


def test_c7_event_that_only_goes_out_spoils_no_batch(live):
    sent = letter(EVENTS)
    outbound = cloudevent("e2e-outbound", OUTBOUND, {})
    sent.body = json.dumps([outbound, json.loads(sent.body)]).encode()
    sent.content_type = "application/cloudevents-batch+json"

    refused, taken = sent.post(live).json["results"]

    assert (refused["status"], taken["status"]) == ("invalid", "accepted")
    assert refused["problem"]["code"] == "type_not_taken"


@pytest.mark.parametrize("door", [EVENTS, EDGE])
def test_c1_event_that_says_something_twice_is_refused(live, door):
    sent = letter(door)
    sent.body = sent.body.replace(b'"data": {', b'"data": {"note": 1, "note": 2, ')

    answer = sent.post(live)

    assert_problem(answer, 400, "repeated_member")
    assert answer.json["pointer"] == "/data/note"
