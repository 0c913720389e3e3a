"""The template of MaintainX against the vendor's own document, which Prism enforces."""

import hashlib
import hmac
import json

import pytest
from mfg_integration_core.exceptions import PermanentDeliveryError
from mfg_integration_core.protocols.template_conversation import Conversation

from devkit import json_http, node_packages, prism
from devkit.paths import ROOT

DOCUMENT = "shared/specs/maintainx-openapi.prism.json"
SECRET = "mx-secret-1"


@pytest.fixture(scope="module")
def document():
    # A second checkout of the same repository lies one folder deeper.
    for parent in ROOT.parents[:2]:
        if (parent / DOCUMENT).is_file():
            return parent / DOCUMENT
    pytest.skip(f"{DOCUMENT} is not beside {ROOT.name}: MaintainX not checked")


@pytest.fixture(scope="module")
def url(document):
    if not node_packages.are_possible():
        pytest.skip("Node.js is not here: MaintainX not checked against Prism")
    with prism.mocking(document) as url:
        yield url


class Line:
    """A line to Prism that notes what is wrong with our requests."""

    def __init__(self, url, template, secret=SECRET):
        self.template = template
        self.connector = {"base_url": url, "username": "12", "secret": secret}
        keeper = template.session_keeper(self.connector, learn=None)
        self.talk = Conversation(self.connector, keeper, self.send, lambda: None)
        self.violations = []

    def send(self, request):
        answer = json_http.call(
            request.method, request.url, request.body, request.headers
        )
        told = json.loads(answer.headers.get("sl-violations", "[]"))
        # What Prism makes up for an answer may be wrong, too; that is not ours.
        self.violations += [one for one in told if one["location"][0] == "request"]
        return answer


@pytest.fixture
def line(url, load_template):
    return Line(url, load_template("maintainx"))


def messages(contracts, operation):
    """The contract's own example, and one with an asset as MaintainX numbers them."""
    example = contracts.example(operation.event_type)
    asset = {**example["data"]["asset"], "external_id": "4711"}
    yield example
    yield example | {"data": {**example["data"], "asset": asset}}


def test_every_request_of_the_template_is_what_the_document_allows(line, contracts):
    line.template.check_connection(line.talk)
    for operation in line.template.operations:
        for message in messages(contracts, operation):
            assert operation.perform(line.talk, message).reference == "159"
            line.talk.ask(operation.lookup_request(message, line.connector))

    assert line.violations == []


def test_prism_would_say_what_is_wrong(line, contracts):
    (operation,) = line.template.operations
    request = operation.request(contracts.example(operation.event_type), line.connector)
    wrong = json.dumps({**json.loads(request.body), "priority": "SOON"}).encode()

    answer = json_http.call(request.method, request.url, wrong, request.headers)

    assert answer.status >= 400 or "sl-violations" in answer.headers


def test_request_without_a_key_is_refused(url, load_template):
    line = Line(url, load_template("maintainx"), secret="")

    with pytest.raises(PermanentDeliveryError) as caught:
        line.template.check_connection(line.talk)

    assert caught.value.code == "credentials_missing"


@pytest.mark.parametrize(
    ("changes", "data"),
    [
        ({"newStatus": "IN_PROGRESS"}, {"state": "in_progress"}),
        (
            {"newStatus": "DONE"},
            {"state": "completed", "completed_at": "2022-01-01T00:00:00Z"},
        ),
        ({"newStatus": "DONE", "newSubStatus": "CANCELED"}, {"state": "cancelled"}),
    ],
)
def test_change_of_status_is_an_event_of_the_contract(
    load_template, contracts, changes, data
):
    template = load_template("maintainx")
    content = {"workOrderId": 159, "orgId": 1, "oldStatus": "OPEN"}
    content |= {"occurredAt": "2022-01-01T00:00:00.000Z", **changes}
    body = json.dumps(content).encode()
    signature = hmac.new(SECRET.encode(), b"1640995200." + body, hashlib.sha256)
    headers = {
        "x-maintainx-webhook-body-signature": (
            f"t=1640995200,v1={signature.hexdigest()}"
        )
    }

    template.verify_webhook([SECRET], headers, body, 1640995200)
    webhook = template.webhook(headers, body)

    contracts.check(webhook.event_type, webhook.data)
    assert webhook.data == {"work_order": "159", **data}
    assert webhook.key == "159"


def test_status_that_we_do_not_have_is_ignored(load_template):
    content = {"workOrderId": 159, "newStatus": "ON_HOLD", "occurredAt": "2022-01-01"}
    content["occurredAt"] += "T00:00:00Z"

    webhook = load_template("maintainx").webhook({}, json.dumps(content).encode())

    assert webhook.event_type is None
