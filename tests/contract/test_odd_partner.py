"""A vendor with odd habits is spoken to by data alone."""

import time

import pytest
from mfg_integration_core.exceptions import (
    PermanentDeliveryError,
    RetryableDeliveryError,
)
from mfg_integration_core.protocols.template import Template
from mfg_integration_core.protocols.template_conversation import Conversation

from devkit import json_http
from devkit.paths import ADDONS, ROOT
from tests.fakes.fixtures import GEARHART_PASSWORD, GEARHART_USER
from tests.fakes.fixtures import gearhart as gearhart_fixture

gearhart = gearhart_fixture
FILE = ROOT / "tests/addons/mfg_integration_test/templates/gearhart.yaml"
OPENED = {
    "id": "m-1",
    "time": "2026-11-20T22:15:00Z",
    "data": {"title": "Gripper", "machine": "R1", "priority": "high"},
}


class Line:
    """What the adapter is between a template and its partner, without Odoo."""

    def __init__(self, url, password=GEARHART_PASSWORD):
        self.template = Template.load(FILE.read_text(encoding="utf-8"), FILE.name)
        self.connector = {
            "base_url": url,
            "username": GEARHART_USER,
            "secret": password,
        }
        self.learned = []
        self.keeper = self.template.session_keeper(self.connector, self.learned.append)
        self.talk = Conversation(self.connector, self.keeper, _send, lambda: None)

    def perform(self, operation, uncertain=False, **message):
        """The partner's reference."""
        return (
            self.template.operation(operation)
            .perform(self.talk, OPENED | message, uncertain)
            .reference
        )


def _send(request):
    return json_http.call(request.method, request.url, request.body, request.headers)


@pytest.fixture
def line(gearhart):
    return Line(gearhart.url)


def state_of(gearhart, number="7001"):
    changed = gearhart.ledger.entries("changed") or gearhart.ledger.entries("created")
    return [c["order"] for c in changed if str(c["order"]["no"]) == number][-1]


def test_no_python_of_the_suite_names_the_vendor():
    named = [
        path
        for path in ADDONS.rglob("*.py")
        if "gearhart" in path.read_text(encoding="utf-8").lower()
    ]

    assert named == []


def test_connection_is_checked_after_a_login(line):
    assert line.template.check_connection(line.talk).status == 200
    assert len(line.learned) == 1


def test_order_is_created_with_epoch_milliseconds_and_a_location(gearhart, line):
    assert line.perform("open_order") == "7001"

    (created,) = gearhart.ledger.entries("created")
    assert created["order"]["reported_ms"] == 1795212900000
    assert created["order"]["urgency"] == 2


def test_order_is_searched_before_it_is_created_again(gearhart, line):
    line.perform("open_order")

    assert line.perform("open_order", uncertain=True) == "7001"
    assert line.perform("open_order", uncertain=True, id="m-2") == "7002"
    assert len(gearhart.ledger.entries("created")) == 2


def test_change_carries_the_tag_and_is_read_back(gearhart, line):
    line.perform("open_order")
    data = OPENED["data"] | {"title": "Gripper, left"}

    line.perform("change_order", reference="7001", data=data)

    assert state_of(gearhart)["title"] == "Gripper, left"


def test_status_is_told_by_actions_and_repeated_without_harm(gearhart, line):
    line.perform("open_order")
    for state in ("in_progress", "on_hold", "resumed", "completed"):
        line.perform("tell_status", reference="7001", data={"state": state})

    line.perform(
        "tell_status", uncertain=True, reference="7001", data={"state": "completed"}
    )

    assert state_of(gearhart)["state"] == "DONE"
    assert len(gearhart.ledger.entries("changed")) == 4


def test_refusal_inside_of_200_waits_for_a_person(line):
    line.perform("open_order")

    with pytest.raises(PermanentDeliveryError, match="cannot finish: it is OPEN"):
        line.perform("tell_status", reference="7001", data={"state": "completed"})


def test_session_that_has_ended_is_opened_once_more(gearhart, line):
    line.perform("open_order")
    json_http.post(f"{gearhart.url}/_control/sessions", {})

    line.perform("tell_status", reference="7001", data={"state": "in_progress"})

    assert len(gearhart.ledger.entries("logged_in")) == 2


def test_refused_login_is_tried_once_per_line(gearhart):
    line = Line(gearhart.url, password="wrong")

    for _message in range(3):
        with pytest.raises(PermanentDeliveryError, match="wrong password") as caught:
            line.perform("open_order")

    assert caught.value.code == "login_refused"
    assert len(gearhart.ledger.entries("login_refused")) == 1


def test_rate_limit_says_when_to_come_back(gearhart, line):
    gearhart.manners.change(
        {"refuse_times": 1, "refuse_status": 429, "retry_after_s": 30}
    )
    begun = time.time()

    with pytest.raises(RetryableDeliveryError) as caught:
        line.perform("open_order")

    assert 20 <= caught.value.retry_after <= 32 + time.time() - begun
