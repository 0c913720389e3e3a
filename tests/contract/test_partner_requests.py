"""What the templates send is what the partners take, and the other way round.

The partners are the fakes, which know nothing of the suite: they speak as their
vendors' documents say. A new template adds a line to ``PARTNERS``.
"""

import time
from dataclasses import dataclass

import pytest

from devkit import json_http
from devkit.poll import until
from tests.fakes import cmms as cmms_fake
from tests.fakes import qms as qms_fake
from tests.fakes.fixtures import API_KEY, CMMS_SECRET, TOKEN, WHSEC


@dataclass(frozen=True)
class Partner:
    """One template and the fake that stands for its vendor.

    :param control: path of the fake's control door for a record, its id to be filled in
    :param word: name of the word that the control door sets
    """

    template: str
    fixture: str
    secret: str
    webhook_secret: str
    control: str
    word: str
    words: tuple[str, ...]


PARTNERS = (
    Partner(
        template="demo_cmms",
        fixture="cmms",
        secret=TOKEN,
        webhook_secret=CMMS_SECRET,
        control="workorders/{}",
        word="status",
        words=cmms_fake.STATUSES,
    ),
    Partner(
        template="demo_qms",
        fixture="qms",
        secret=API_KEY,
        webhook_secret=WHSEC,
        control="inspections/{}",
        word="decision",
        words=qms_fake.WORDS,
    ),
)


class Conversation:
    """One template talking to its partner, as the adapter makes it talk."""

    def __init__(self, partner, peer, template, contracts):
        self.partner = partner
        self.peer = peer
        self.template = template
        self.contracts = contracts
        self.connector = {
            "base_url": peer.url,
            "username": "",
            "secret": partner.secret,
        }

    def send(self, prepared):
        return json_http.call(
            prepared.method, prepared.url, prepared.body, prepared.headers
        )

    def create(self, operation):
        """Send the contract's own example; the partner's reference."""
        envelope = self.contracts.example(operation.event_type)
        self.contracts.check(envelope["type"], envelope["data"])
        answer = self.send(operation.request(envelope, self.connector))
        return operation.read_answer(answer.status, answer.headers, answer.body)

    def look_up(self, operation):
        envelope = self.contracts.example(operation.event_type)
        answer = self.send(operation.lookup_request(envelope, self.connector))
        return operation.read_lookup(answer.status, answer.headers, answer.body)


@pytest.fixture(params=PARTNERS, ids=lambda partner: partner.template)
def conversation(request, contracts, load_template):
    partner = request.param
    peer = request.getfixturevalue(partner.fixture)
    return Conversation(partner, peer, load_template(partner.template), contracts)


def test_check_operation_is_answered(conversation):
    prepared = conversation.template.check_request(conversation.connector)

    answer = conversation.send(prepared)

    assert answer.status == 200


def test_wrong_secret_is_refused_for_good(conversation):
    from mfg_integration_core.exceptions import PermanentDeliveryError

    conversation.connector["secret"] = "wrong"

    with pytest.raises(PermanentDeliveryError):
        for operation in conversation.template.operations:
            conversation.create(operation)


def test_example_of_the_contract_is_taken_and_its_reference_read(conversation):
    for operation in conversation.template.operations:
        answer = conversation.create(operation)

        assert answer.reference
    created = conversation.peer.ledger.entries("created")
    assert len(created) == len(conversation.template.operations)


def test_partner_is_asked_before_something_is_created_again(conversation):
    for operation in conversation.template.operations:
        assert conversation.look_up(operation) is None

        answer = conversation.create(operation)

        assert conversation.look_up(operation) == answer.reference


def test_refusal_for_now_is_retried_when_the_partner_says(conversation):
    from mfg_integration_core.exceptions import RetryableDeliveryError

    conversation.peer.manners.change({"refuse_times": 1, "retry_after_s": 7})

    with pytest.raises(RetryableDeliveryError) as caught:
        conversation.create(conversation.template.operations[0])

    assert caught.value.retry_after == 7


def test_every_word_of_the_partner_becomes_an_event_of_the_contract(
    conversation, contracts, odoo
):
    partner, template = conversation.partner, conversation.template
    reference = conversation.create(template.operations[0]).reference
    control = f"{conversation.peer.url}/_control/{partner.control.format(reference)}"

    for word in partner.words:
        json_http.post(control, {partner.word: word})

    until(lambda: len(odoo.requests) == len(partner.words), "all callbacks arrive")
    ids = set()
    for call in odoo.requests:
        template.verify_webhook(
            [partner.webhook_secret], call.headers, call.body, time.time()
        )
        webhook = template.webhook(call.headers, call.body)
        contracts.check(webhook.event_type, webhook.data)
        ids.add(webhook.event_id)
    assert len(ids) == len(partner.words)
