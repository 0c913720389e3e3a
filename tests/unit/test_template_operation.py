"""What an operation does beyond the examples of docs/templates.md: the odd turns."""

import json
from dataclasses import dataclass, field

import pytest
from mfg_integration_core.exceptions import (
    PermanentDeliveryError,
    RetryableDeliveryError,
    UnmappedValueError,
)
from mfg_integration_core.protocols.template import Template
from mfg_integration_core.protocols.template_answer import Reply
from mfg_integration_core.protocols.template_conversation import Conversation

CONNECTOR = {"base_url": "https://p.example.com", "username": "hub", "secret": "s3cret"}
HEAD = """
template: acme
name: Acme
version: 1
auth: {scheme: none}
check: {method: GET, path: /ping}
operations:
  tell:
    event_type: mfg.ping.v1
"""
PLAIN = """
    method: POST
    path: /told
"""
TAGGED = """
    method: PUT
    path: /told/{reference}
    tag: {read: {method: GET, path: "/told/{reference}"}}
"""
STEPS = """
    steps:
      order: [10, 20, 30]
      target: data.status
      read: {method: GET, path: "/told/{reference}"}
      present: status
      step: {method: POST, path: "/told/{reference}/next"}
"""
PROVEN = """
    method: PUT
    path: /told/{reference}
    read_back: {method: GET, path: "/told/{reference}", expect: {title: data.title}}
"""
CREATED = """
    method: POST
    path: /told
    answer: {reference: id}
    lookup: {method: GET, path: "/told?ref={id}", reference: "[0].id"}
    read_back: {method: GET, path: "/told/{reference}", expect: {title: data.title}}
"""
ADDRESSED = """
    method: POST
    address: {method: POST, path: /tickets, url: url}
    lookup: {method: GET, path: "/told?ref={id}", reference: "[0].id"}
"""
ACTIONS = """
    status: data.status
    transitions:
      new: nothing
      done: {method: POST, path: "/told/{reference}/finish"}
"""
MESSAGE = {"id": "m-1", "reference": "17", "data": {"title": "Öl", "status": 30}}


def ok(content=None, status=200, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = b"" if content is None else json.dumps(content).encode()
    return Reply(status, named, body)


@dataclass
class Exchange:
    """An operation and the answers that it gets, one after the other."""

    body: str
    answers: list
    sent: list = field(default_factory=list)
    effects: int = 0

    def perform(self, message=MESSAGE, uncertain=False):
        template = Template.load(HEAD + self.body, "acme.yaml")
        keeper = template.session_keeper(CONNECTOR, learn=None)
        talk = Conversation(CONNECTOR, keeper, self.send, self.count)
        return template.operation("tell").perform(talk, message, uncertain)

    def send(self, request):
        path = request.url.removeprefix(CONNECTOR["base_url"])
        self.sent.append(f"{request.method} {path}")
        return self.answers[len(self.sent) - 1]

    def count(self):
        self.effects += 1


def refusal(exchange, kind=PermanentDeliveryError, **options):
    with pytest.raises(kind) as caught:
        exchange.perform(**options)
    return caught.value


def test_record_that_changes_again_and_again_is_tried_later():
    read, changed = ok({}, ETag='"1"'), ok(status=412)
    exchange = Exchange(TAGGED, [read, changed, read, changed])

    assert refusal(exchange, RetryableDeliveryError).code == "changed_meanwhile"
    assert exchange.effects == 2


def test_record_that_is_gone_when_its_tag_is_read_is_refused():
    assert refusal(Exchange(TAGGED, [ok(status=404)])).code == "http_404"


def test_change_without_a_tag_is_sent_where_the_tag_is_optional():
    body = TAGGED.replace("tag: {", "tag: {optional: true, ")
    exchange = Exchange(body, [ok({}), ok(status=204)])

    exchange.perform()

    assert exchange.sent == ["GET /told/17", "PUT /told/17"]


def test_every_step_is_checked_before_the_next_one():
    exchange = Exchange(STEPS, [ok({"status": 10}), ok(status=422)])

    assert refusal(exchange).code == "http_422"
    assert exchange.effects == 1


def test_interrupted_walk_goes_on_where_it_stopped():
    exchange = Exchange(STEPS, [ok({"status": 20}), ok()])

    exchange.perform(uncertain=True)

    assert exchange.sent == ["GET /told/17", "POST /told/17/next"]


def test_walk_back_is_taken_where_the_partner_allows_it():
    message = MESSAGE | {"data": {"status": 10}}
    exchange = Exchange(f"{STEPS}      back: true", [ok({"status": "30"}), ok(), ok()])

    exchange.perform(message)

    assert exchange.effects == 2


@pytest.mark.parametrize(
    ("data", "answer", "kind", "code"),
    [
        ({"status": 99}, ok({"status": 10}), PermanentDeliveryError, "unknown_step"),
        ({}, ok({"status": 10}), PermanentDeliveryError, "unknown_step"),
        ({"status": 20}, ok({"status": 5}), PermanentDeliveryError, "unknown_step"),
        ({"status": 20}, ok({}), PermanentDeliveryError, "unknown_step"),
        ({"status": 20}, ok(), RetryableDeliveryError, "answer_unreadable"),
    ],
)
def test_step_that_is_on_no_path_takes_no_effect(data, answer, kind, code):
    exchange = Exchange(STEPS, [answer])

    assert refusal(exchange, kind, message=MESSAGE | {"data": data}).code == code
    assert exchange.effects == 0


def test_status_without_a_transition_waits_for_one():
    message = MESSAGE | {"data": {"status": "cancelled"}}

    error = refusal(Exchange(ACTIONS, []), UnmappedValueError, message=message)

    assert "cancelled" in error.detail
    assert "new, done" in error.detail


def test_status_that_the_partner_need_not_know_sends_nothing():
    exchange = Exchange(ACTIONS, [])

    assert exchange.perform(MESSAGE | {"data": {"status": "new"}}).reference is None
    assert exchange.sent == []


def test_change_that_cannot_be_read_back_is_tried_again():
    exchange = Exchange(PROVEN, [ok(status=204), ok(status=404)])

    assert refusal(exchange, RetryableDeliveryError).code == "not_proven"


def test_change_that_is_there_already_is_not_sent_a_second_time():
    exchange = Exchange(PROVEN, [ok({"title": "Öl"})])

    exchange.perform(uncertain=True)

    assert exchange.sent == ["GET /told/17"]
    assert exchange.effects == 0


def test_what_an_earlier_try_made_is_proven_too():
    exchange = Exchange(CREATED, [ok([{"id": "A-1"}]), ok({"title": "?"})])

    assert refusal(exchange, uncertain=True).code == "not_as_written"
    assert exchange.sent == ["GET /told?ref=m-1", "GET /told/A-1"]


def test_creation_is_read_back_by_its_new_reference():
    exchange = Exchange(CREATED, [ok({"id": "A-2"}, 201), ok({"title": "Öl"})])

    assert exchange.perform().reference == "A-2"
    assert exchange.sent[-1] == "GET /told/A-2"


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (ok({"url": "https://p.example.com.evil.org/x"}), None, "other_host"),
        (ok({"url": "//evil.org/x"}), None, "other_host"),
        (ok({"url": "http://p.example.com/x"}), None, "other_host"),
        (ok({"url": "https://user@p.example.com/x"}), None, "other_host"),
        (ok({"url": "https://p.example.com/\r\nX: 1"}), None, "other_host"),
        (ok({"url": "https://[x"}), None, "other_host"),
        (ok({}), RetryableDeliveryError, "answer_unreadable"),
        (ok(), RetryableDeliveryError, "answer_unreadable"),
    ],
)
def test_address_that_leads_elsewhere_gets_no_credentials(answer, kind, code):
    exchange = Exchange(ADDRESSED, [answer])

    assert refusal(exchange, kind or PermanentDeliveryError).code == code
    assert exchange.sent == ["POST /tickets"]


def test_address_may_be_a_path_from_the_root_of_the_host():
    exchange = Exchange(ADDRESSED, [ok({"url": "/told/t-1?once=1"}), ok()])

    exchange.perform()

    assert exchange.sent[-1] == "POST /told/t-1?once=1"


@pytest.mark.parametrize(
    ("body", "calls", "after_effect"),
    [
        (PLAIN, 1, 1),
        (TAGGED, 4, 4),
        (STEPS, 3, 3),
        (PROVEN, 3, 2),
        (CREATED, 3, 2),
        (ADDRESSED, 3, 2),
        (ACTIONS, 1, 1),
    ],
)
def test_lease_covers_every_call(body, calls, after_effect):
    template = Template.load(HEAD + body, "acme.yaml")

    assert template.longest_exchange_s == calls * template.limits.total_s
    assert template.longest_effect_s == after_effect * template.limits.total_s
