"""Gearhart has every odd habit that its head says."""

import time

import pytest

from devkit import json_http
from tests.fakes.fixtures import GEARHART_PASSWORD, GEARHART_USER
from tests.fakes.gearhart import RESET_HEADER, SESSION_HEADER

ORDER = {
    "title": "Gripper",
    "machine": "R1",
    "urgency": 2,
    "foreign_ref": "ref-1",
    "reported_ms": 1_795_212_900_000,
}


def log_in(gearhart, password=GEARHART_PASSWORD):
    body = {"user": GEARHART_USER, "password": password}
    return json_http.post(f"{gearhart.url}/session", body).json


@pytest.fixture
def session(gearhart):
    return {SESSION_HEADER: log_in(gearhart)["session"]["id"]}


def put(gearhart, path, body, headers):
    return json_http.call(
        "PUT",
        gearhart.url + path,
        body,
        {"Content-Type": "application/json", **headers},
    )


def search(gearhart, session, **wanted):
    return json_http.post(f"{gearhart.url}/orders/search", wanted, session).json


def test_wrong_password_is_refused_inside_of_200(gearhart):
    answer = log_in(gearhart, "wrong")

    assert answer["result"] == "refused"
    assert "session" not in answer


def test_nothing_is_answered_without_a_session(gearhart, session):
    url = f"{gearhart.url}/me"
    assert json_http.get(url).status == 401
    assert json_http.get(url, session).status == 200

    json_http.post(f"{gearhart.url}/_control/sessions", {})

    assert json_http.get(url, session).status == 401


def test_order_is_created_with_a_location_and_nothing_else(gearhart, session):
    answer = json_http.post(f"{gearhart.url}/orders", ORDER, session)

    assert (answer.status, answer.json) == (201, {"result": "ok"})
    assert answer.headers["Location"] == "/orders/7001"


def test_unknown_machine_is_refused_inside_of_200(gearhart, session):
    wanted = ORDER | {"machine": "X"}
    answer = json_http.post(f"{gearhart.url}/orders", wanted, session)

    assert (answer.status, answer.json["result"]) == (200, "refused")


def test_search_gives_pages_by_a_cursor_in_the_body(gearhart, session):
    for number in range(5):
        wanted = {"title": str(number), "machine": "R1"}
        json_http.post(f"{gearhart.url}/_control/orders", wanted)

    titles, cursor = [], None
    for _page in range(3):
        found = search(gearhart, session, size=2, cursor=cursor)
        titles += [row["title"] for row in found["rows"]]
        cursor = found["next"]

    assert titles == ["0", "1", "2", "3", "4"]
    assert cursor is None


def test_change_needs_the_present_tag(gearhart, session):
    json_http.post(f"{gearhart.url}/orders", ORDER, session)
    shown = json_http.get(f"{gearhart.url}/orders/7001", session)
    tag = {**session, "If-Match": shown.headers["ETag"]}

    assert put(gearhart, "/orders/7001", b'{"title": "x"}', session).status == 428
    assert put(gearhart, "/orders/7001", b'{"title": "x"}', tag).status == 204
    assert put(gearhart, "/orders/7001", b'{"title": "y"}', tag).status == 412


def test_action_that_the_state_does_not_allow_is_refused_inside_of_200(
    gearhart, session
):
    json_http.post(f"{gearhart.url}/orders", ORDER, session)

    early = json_http.post(f"{gearhart.url}/orders/7001/finish", {}, session)
    begun = json_http.post(f"{gearhart.url}/orders/7001/start", {}, session)

    assert (early.status, early.json["result"]) == (200, "refused")
    assert begun.json["order"]["state"] == "WORKING"


def test_asked_too_often_it_says_when_it_answers_again(gearhart, session):
    gearhart.manners.change(
        {"refuse_times": 1, "refuse_status": 429, "retry_after_s": 60}
    )

    answer = json_http.get(f"{gearhart.url}/me", session)

    assert answer.status == 429
    assert "Retry-After" not in answer.headers
    assert 55 < int(answer.headers[RESET_HEADER]) - time.time() <= 61
