"""The partner kit's pure parts: cases found from contracts, signatures, judgements."""

import json
import time
import xml.etree.ElementTree as ElementTree

import pytest
from mfg_integration_core.exceptions import InvalidEventError
from mfg_integration_core.protocols.contract import ContractBook
from standardwebhooks import Webhook

from mfg_partner_kit import bad_data, contract_source, good_data
from mfg_partner_kit.command_line import main
from mfg_partner_kit.contract import Contract
from mfg_partner_kit.errors import KitError
from mfg_partner_kit.hub_duties import HubDuties
from mfg_partner_kit.letter import Letter
from mfg_partner_kit.line import Answer
from mfg_partner_kit.partner_duties import PartnerDuties
from mfg_partner_kit.same_answer import difference
from tests.without_odoo import ADDONS

from . import partner_endpoints as endpoints

BOOK = ContractBook(endpoints.FOLDERS)
every_contract = pytest.mark.parametrize("event_type", BOOK.types())


def contract_of(schema, data):
    return Contract("mfg.x.v1", schema, {"data": data})


def answer(status=202, content=None, media="application/json", **headers):
    body = b"" if content is None else json.dumps(content).encode()
    return Answer(status, {"content-type": media, **headers}, body)


# ------------------------------------------------------------------------- cases


@every_contract
def test_good_data_passes_the_hub_and_is_varied(event_type):
    contract = contract_source.find(event_type, str(ADDONS))

    found = [data for _about, data in good_data.good_data(contract, 1, 5)]

    assert len(found) >= 5
    for data in found:
        BOOK.check(event_type, data)


@every_contract
def test_bad_data_is_refused_by_the_hub_at_the_place_it_names(event_type):
    contract = contract_source.find(event_type, str(ADDONS))

    for bad in bad_data.bad_data(contract, 1):
        with pytest.raises(InvalidEventError) as refused:
            BOOK.check(event_type, bad.data)
        assert refused.value.pointer == f"/data{bad.pointer}", bad.about


def test_every_kind_of_mistake_is_found_from_a_contract():
    schema = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "minLength": 2, "maxLength": 5},
            "count": {"type": "integer", "minimum": 0, "exclusiveMaximum": 9},
            "kind": {"$ref": "#/$defs/kind"},
            "at": {"type": "string", "format": "date-time"},
            "parts": {"type": "array", "items": {"type": "number"}, "maxItems": 2},
        },
        "additionalProperties": False,
        "$defs": {"kind": {"enum": ["a", "b"]}},
    }
    contract = contract_of(schema, {"name": "abc", "count": 1, "parts": [1.5]})

    found = {bad.about for bad in bad_data.bad_data(contract, 1)}

    assert found >= {
        "/data has an unknown member",
        "/data/name is missing",
        "/data/name is a number",
        "/data/name is too long",
        "/data/name is too short",
        "/data/count is too small",
        "/data/count is at its upper bound",
        "/data/kind is a word that is not listed",
        "/data/at has no offset",
        "/data/parts has too many items",
        "/data/parts/0 is text",
    }


def test_what_a_contract_allows_is_no_mistake():
    contract = contract_of({"type": "object"}, {"note": "x"})

    found = {bad.about for bad in bad_data.bad_data(contract, 1)}

    assert "/data has an unknown member" not in found
    assert "/data is text" in found


def test_rules_between_members_are_kept_by_good_data():
    contract = contract_source.find("mfg.inspection.decided.v1", str(ADDONS))

    found = list(good_data.good_data(contract, 3, 40))

    released = [data for _about, data in found if data["disposition"] == "released"]
    assert all(data["decided_by"] for data in released)


def test_contract_that_refers_to_itself_is_read():
    tree = {"type": "object", "properties": {n: {"$ref": "#"} for n in "abc"}}

    found = dict(good_data.good_data(contract_of(tree, {}), 1, 3))

    assert {"the example", "generated values 1"} <= set(found)


@pytest.mark.parametrize("reference", ["https://elsewhere.example/x", "#/$defs/no"])
def test_contract_that_refers_to_what_it_does_not_have_is_none(reference):
    schema = {"properties": {"a": {"$ref": reference}}}

    with pytest.raises(KitError, match="refers to"):
        contract_of(schema, {"a": 1})


# ------------------------------------------------------------- where contracts are


def test_contract_is_read_from_a_hub():
    with endpoints.running(endpoints.Hub) as hub:
        address = hub.url.removesuffix("/events")
        for place in (address, f"{address}/", f"{address}/mfg/v1/events/cmms"):
            found = contract_source.find("mfg.ping.v1", place)

            assert found.schema == BOOK.schema("mfg.ping.v1")


def test_hub_without_that_contract_says_which_it_has():
    with endpoints.running(endpoints.Hub) as hub:
        with pytest.raises(KitError, match="mfg.ping.v1"):
            contract_source.find("mfg.no.v1", hub.url.removesuffix("/events"))


def test_server_that_is_no_hub_says_so():
    with endpoints.running(endpoints.Hub) as hub:
        with pytest.raises(KitError, match="does not serve contracts"):
            contract_source.find("mfg.ping.v1", hub.url)


def test_example_that_breaks_its_contract_is_no_contract():
    with pytest.raises(KitError, match="does not keep its own contract"):
        contract_of({"type": "string"}, 17)


# -------------------------------------------------------------------- signatures


def test_signature_is_what_the_reference_library_verifies():
    letter = Letter("x", '{"größe": 1}'.encode(), "msg-1")

    headers = letter.signed_headers(endpoints.SECRET, time.time())

    assert Webhook(endpoints.SECRET).verify(letter.body, headers) == {"größe": 1}


# -------------------------------------------------------------------- judgements


def expected_by(expectation, came, earlier=()):
    return [objection.expected for objection in expectation(came, earlier)]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ({"id": "a", "status": "accepted"}, {"id": "a", "status": "duplicate"}, True),
        ({"order": {"number": "1"}}, {"order": {"number": "2"}}, False),
        ({"work_order_id": 1}, {"work_order_id": 2}, False),
        ({"workOrderId": 1}, {"workOrderId": 2}, False),
        ({"id": 1, "received_at": "x"}, {"id": 1, "received_at": "y"}, True),
        ({"id": 1}, {}, True),
        (["a"], "b", True),
    ],
)
def test_two_answers_are_the_same_when_they_name_the_same(first, second, same):
    assert (difference(answer(201, first), answer(200, second)) is None) is same


def test_another_location_is_a_second_effect():
    first, second = (answer(201, location=f"/orders/{n}") for n in (1, 2))

    assert "Location" in difference(first, second)


@pytest.mark.parametrize(
    ("status", "word"),
    [(429, "another 4xx"), (404, "another 4xx"), (200, "another 4xx")],
)
def test_refusal_with_a_status_that_means_something_else_is_objected(status, word):
    expectation = PartnerDuties().refused(400)

    assert word in expected_by(expectation, answer(status))[0]


def test_taking_an_event_with_a_problem_document_is_objected():
    came = answer(200, {"title": "no"}, "application/problem+json")

    assert expected_by(PartnerDuties().taken("e"), came)


def problem(status=400, **more):
    words = {"type": "urn:x", "title": "t", "detail": "d", "code": "c"}
    content = {**words, "status": status, **more}
    return answer(status, content, "application/problem+json")


@pytest.mark.parametrize(
    ("came", "objections"),
    [
        (problem(pointer="/data/x"), []),
        (problem(pointer="/data"), ["the pointer /data/x"]),
        (problem(code="d", pointer="/data/x"), ["the code c"]),
        (problem(422), ["400 c"]),
        (problem(detail=None), ["a problem document with `detail`"]),
    ],
)
def test_refusal_of_the_hub_is_held_against_its_documentation(came, objections):
    expectation = HubDuties().refused(400, "c", "/data/x")

    assert expected_by(expectation, came) == objections


def test_hub_must_accept_one_of_several_at_once():
    def results(*statuses):
        uuids = {"accepted": "u", "duplicate": "u", "other": "v"}
        return [answer(202, {"status": s, "uuid": uuids[s]}) for s in statuses]

    once = HubDuties().once()
    *others, last = results("duplicate", "accepted", "duplicate")
    assert expected_by(once, last, others) == []
    for wrong in (("accepted", "accepted"), ("duplicate", "other")):
        *others, last = results(*wrong)
        assert expected_by(once, last, others)


# ----------------------------------------------------------------------- reports


class Odd(endpoints.Partner):
    """Answers with characters that neither a page nor XML can hold as they are."""

    def receive(self, headers, body):
        return 400, {"X-Odd": "<i>"}, "\x00<script>\x1b & \xed\xa0\x80"


def test_reports_hold_whatever_a_partner_answers(tmp_path):
    page, junit = tmp_path / "report.html", tmp_path / "report.xml"

    with endpoints.running(Odd) as partner:
        status = main(
            [partner.url, "--contract=mfg.ping.v1", f"--contracts={ADDONS}"]
            + [f"--secret={endpoints.SECRET}", "--only=good"]
            + [f"--report={page}", f"--report={junit}"]
        )

    assert status == 1
    assert "&lt;script&gt;" in page.read_text(encoding="utf-8")
    assert "<script>" not in page.read_text(encoding="utf-8")
    suite = ElementTree.parse(junit).getroot()
    assert int(suite.get("failures")) == len(suite.findall("testcase")) > 0
