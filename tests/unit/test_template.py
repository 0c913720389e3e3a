"""Vendor templates: loading, and the requests they make."""

import base64
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from mfg_integration_core.exceptions import (
    ConfigurationError,
    PermanentDeliveryError,
    UnmappedValueError,
)
from mfg_integration_core.protocols import (
    cloudevents,
    template_source,
    webhook_signature,
)
from mfg_integration_core.protocols.contract import ContractBook
from mfg_integration_core.protocols.template import Template

from .template_text import CONNECTOR, ENVELOPE, TEMPLATE

ADDONS = Path(__file__).resolve().parents[2] / "addons"
SHIPPED = sorted(ADDONS.glob("*/templates/*.yaml"))
#: For a partner that takes CloudEvents as they are.
WHOLE_EVENT = """
template: acme
name: Acme
version: 1
auth: {scheme: none}
check: {method: GET, path: /}
operations:
  tell:
    event_type: mfg.maintenance.requested.v1
    method: POST
    path: /events
    headers: {Content-Type: =application/cloudevents+json}
    body: event
"""


def load(replace=None, by=""):
    text = TEMPLATE
    if replace is not None:
        assert replace in text
        text = text.replace(replace, by)
    return Template.load(text, "acme.yaml")


def request_of(template, operation="create_order", connector=CONNECTOR, **data):
    envelope = ENVELOPE | {"data": ENVELOPE["data"] | data}
    return template.operation(operation).request(envelope, connector)


# ------------------------------------------------------------------
# Loading
# ------------------------------------------------------------------


def test_template_tells_what_it_offers():
    template = load()

    assert (template.key, template.name, template.version) == ("acme", "Acme CMMS", 1)
    assert [operation.name for operation in template.operations] == [
        "create_order",
        "close_order",
    ]
    assert template.limits.total_s == 12


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_template_loads(path):
    assert Template.load(path.read_text(encoding="utf-8"), path.name).key == path.stem


def test_published_schema_is_a_schema():
    schema = json.loads(template_source.SCHEMA_PATH.read_text(encoding="utf-8"))

    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    ("replace", "by", "place"),
    [
        (
            "method: POST",
            "method: SEND",
            "operations/create_order/method must be one of",
        ),
        ("template: acme", "template: other", "'acme', the name of the file"),
        ("name: Acme CMMS\n", "", "name is missing"),
        ("path: /api/ping", "path: api/ping", "check/path"),
        ("{scheme: bearer}", "{scheme: api_key}", "line 5, auth/header is missing"),
        (
            "{scheme: bearer}",
            "{scheme: bearer, header: X-Key}",
            "auth/header may not stand here",
        ),
        ("version: 1", "version: 1\nversion: 2", "'version' stands here twice"),
        ("version: 1", "version: [1", "is no YAML"),
        ("data.title", "data.title.", "operations/create_order/body/summary"),
        ("'priority'", "'prio'", "operations/create_order/body/priority"),
        ("{data.asset}", "{data.}", "operations/create_order/path"),
        ("[0].no", "[0.no", "operations/create_order/lookup/reference"),
        ("event ==", "event =", "webhooks/events/0/when"),
        ("{signature}", "{sig}", "webhooks/signature/layout"),
        ("join('-', [wo, to_string(version)])", "", "webhooks/id"),
    ],
)
def test_wrong_template_names_file_place_and_remedy(replace, by, place):
    with pytest.raises(ConfigurationError) as caught:
        load(replace, by)

    assert "acme.yaml" in caught.value.detail
    assert place in caught.value.detail
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("replace", "by", "place", "remedy"),
    [
        (
            "version: 1",
            "version: 1\nread_only: Its vendor forbids it.",
            "line 9, operations may not stand beside read_only",
            "Leave out",
        ),
        (
            "    path: /api/orders/{data.reference}/close",
            "    address: {method: POST, path: /tickets, url: url}",
            "operations/close_order/lookup is missing",
            "look up",
        ),
        (
            "    path: /api/orders/{data.reference}/close",
            "    path: /close\n    answer: {reference: no, already_status: [409]}",
            "operations/close_order/lookup is missing",
            "look up",
        ),
        (
            "{scheme: bearer}",
            "{scheme: session, login: {method: POST, path: /s}, session: {cookie: S},"
            " ended: {status: []}}",
            "line 5, auth/ended says nothing",
            "Name the status",
        ),
        (
            "answer: {reference: order.no}",
            "answer: {reference: {header: Location, pattern: /orders/.*}}",
            "operations/create_order/answer/reference/pattern",
            "one group",
        ),
        (
            "answer: {reference: order.no}",
            "answer: {reference: {text: '('}}",
            "line 18, operations/create_order/answer/reference/text",
            "one group",
        ),
        (
            "{scheme: bearer}",
            "{scheme: session, login: {method: POST, path: /s}, session: {body: id}}",
            "auth/send is missing",
            "template.schema.json",
        ),
        (
            "{scheme: bearer}",
            "{scheme: oauth2, client: body}",
            "line 5, auth",
            "template.schema.json",
        ),
        (
            "    path: /api/orders/{data.reference}/close",
            "    path: /close\n    status: data.state",
            "operations/close_order/status may not stand here",
            "template.schema.json",
        ),
    ],
)
def test_template_that_makes_no_sense_is_refused(replace, by, place, remedy):
    with pytest.raises(ConfigurationError) as caught:
        load(replace, by)

    assert place in caught.value.detail
    assert remedy in caught.value.remedy


@given(st.sampled_from(range(TEMPLATE.count("\n"))))
def test_line_of_a_mistake_is_the_line_that_has_it(number):
    lines = TEMPLATE.splitlines()
    name, colon, _value = lines[number].partition(": ")
    if not colon or "?" in lines[number]:
        return
    lines[number] = f"{name}: {{unheard_of: true}}"

    try:
        Template.load("\n".join(lines), "acme.yaml")
    except ConfigurationError as error:
        told = int(error.detail.partition("line ")[2].partition(",")[0])
        # What is missing, or may not stand beside, is told of the whole section.
        assert told <= number + 1


def test_own_signature_scheme_needs_an_id():
    with pytest.raises(ConfigurationError, match="webhooks/id is missing"):
        load("  id: \"join('-', [wo, to_string(version)])\"\n")


@pytest.mark.parametrize(
    "text",
    ["", "- list", "text", "1", "a: &x [*x]", "\x00", "true0", "!!int x"]
    + ["!!bool x", "!!timestamp x", "!!float x", "[" * 5000],
)
def test_file_that_is_no_template_is_refused(text):
    with pytest.raises(ConfigurationError, match="acme.yaml"):
        Template.load(text, "acme.yaml")


@given(st.text())
def test_no_text_breaks_the_loader_in_another_way(text):
    with pytest.raises(ConfigurationError):
        Template.load(text, "acme.yaml")


def test_unknown_operation_names_the_known_ones():
    with pytest.raises(ConfigurationError, match="create_order, close_order"):
        load().operation("destroy")


# ------------------------------------------------------------------
# Requests
# ------------------------------------------------------------------


def test_request_is_mapped_and_encoded_for_each_place():
    request = request_of(load())

    assert request.method == "POST"
    assert request.url == (
        "https://cmms.example.com/v1/api/assets/R1%2Fleft%20%C3%BC/orders"
    )
    assert request.headers == {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "Idempotency-Key": "m-1",
        "X-Kind": "corrective",
        "Authorization": "Bearer s3cret",
    }
    assert request.body == (
        '{"summary": "Öl", "priority": "P1", "external_ref": "m-1"}'.encode()
    )


def test_l8_request_carries_the_trace_of_its_envelope():
    traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    traced = ENVELOPE | {"traceparent": traceparent}

    request = load().operation("create_order").request(traced, CONNECTOR)

    assert request.headers["traceparent"] == traceparent


def test_request_without_body_has_none_and_no_content_type():
    request = request_of(load(), "close_order", reference="WO-1")

    assert request.body is None
    assert "Content-Type" not in request.headers


def test_lookup_asks_by_our_reference():
    operation = load().operation("create_order")

    assert operation.lookup_request(ENVELOPE, CONNECTOR).url == (
        "https://cmms.example.com/v1/api/orders?ref=m-1"
    )
    assert load().operation("close_order").lookup_request(ENVELOPE, CONNECTOR) is None


def test_check_is_a_request_with_credentials():
    request = load().check_request(CONNECTOR)

    assert (request.method, request.url) == (
        "GET",
        "https://cmms.example.com/v1/api/ping",
    )
    assert request.headers["Authorization"] == "Bearer s3cret"


@pytest.mark.parametrize(
    ("auth", "headers", "secret_headers"),
    [
        ("{scheme: none}", {}, set()),
        (
            "{scheme: api_key, header: X-Key}",
            {"X-Key": "s3cret"},
            {"x-key"},
        ),
        (
            "{scheme: basic}",
            {"Authorization": "Basic " + base64.b64encode(b"odoo:s3cret").decode()},
            {"authorization"},
        ),
    ],
)
def test_credentials_are_sent_as_the_scheme_says(auth, headers, secret_headers):
    template = load("{scheme: bearer}", auth)

    sent = template.check_request(CONNECTOR).headers

    assert sent == {"Accept": "application/json"} | headers
    assert template.secret_headers == secret_headers


def test_c3_request_is_signed_as_standard_webhooks_has_it():
    secret = webhook_signature.new_secret()
    template = load("{scheme: bearer}", "{scheme: standard_webhooks}")

    request = request_of(template, connector=CONNECTOR | {"secret": secret})

    assert "Authorization" not in request.headers
    assert template.secret_headers == {"webhook-signature"}
    signed_at = int(request.headers["webhook-timestamp"])
    assert abs(time.time() - signed_at) < 60
    message_id = webhook_signature.verify(
        [secret], request.headers, request.body, signed_at
    )
    assert message_id == "m-1"


def test_c2_event_goes_out_whole_in_its_envelope():
    book = ContractBook(sorted(ADDONS.glob("*/contract")))
    event = book.example("mfg.maintenance.requested.v1")
    template = Template.load(WHOLE_EVENT, "acme.yaml")

    (operation,) = template.operations
    request = operation.request(event, CONNECTOR)

    assert cloudevents.parse(request.headers["Content-Type"], request.body) == [event]


def test_secret_does_not_show_in_the_text_of_a_request():
    assert "s3cret" not in repr(request_of(load()))


@pytest.mark.parametrize("secret", ["", "line\nbreak", "s3cret\r\nX-Evil: 1"])
def test_secret_that_cannot_be_sent_is_refused_without_showing_it(secret):
    with pytest.raises(PermanentDeliveryError) as caught:
        request_of(load(), connector=CONNECTOR | {"secret": secret})

    assert caught.value.code == "credentials_missing"
    assert "X-Evil" not in caught.value.detail


@pytest.mark.parametrize(
    "base_url",
    ["", "cmms.example.com", "ftp://x", "https://u:p@x", "https://x?a=1", "https://"]
    + ["http://[", "http://x:port", "http://x y", "http://x\n", "http://é.example"],
)
def test_address_that_is_none_is_refused(base_url):
    with pytest.raises(PermanentDeliveryError) as caught:
        request_of(load(), connector=CONNECTOR | {"base_url": base_url})

    assert caught.value.code == "bad_address"


@pytest.mark.parametrize(
    "data",
    [
        {"asset": ""},
        {"asset": None},
        {"asset": ".."},
        {"asset": "."},
        {"asset": {"id": 1}},
        {"note": "line\r\nX-Evil: 1"},
        {"note": "snow ☃"},
    ],
)
def test_value_that_does_not_fit_its_place_is_refused(data):
    with pytest.raises(PermanentDeliveryError) as caught:
        request_of(load(), **data)

    assert caught.value.code == "mapping_failed"
    assert "acme.yaml, operations/create_order" in caught.value.detail


def test_word_without_mapping_waits_for_one():
    with pytest.raises(UnmappedValueError, match="P9"):
        request_of(load(), priority="P9")


@given(st.text())
def test_no_value_leaves_its_path_segment(asset):
    try:
        url = request_of(load(), asset=asset).url
    except PermanentDeliveryError:
        return

    path = url.removeprefix("https://cmms.example.com/v1")
    assert path.count("/") == 4
    assert path.isascii()
    assert not set(path) & set("?#\\ \r\n")
