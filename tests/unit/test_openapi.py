"""The OpenAPI document: sound, complete, and its examples keep their schemas."""

import json
import re

import pytest
from mfg_integration_core.protocols import (
    openapi,
    openapi_doors,
    openapi_page,
    openapi_schemas,
)
from mfg_integration_core.protocols.contract import ContractBook
from mfg_integration_edge.protocols import openapi_devices
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.openapi_reader import OpenApiReader
from tests.without_odoo import ADDONS, REPOSITORY

BODY_LIMIT, HARD_LIMIT, MOST_EVENTS = 1024, 4096, 50
MACHINE_TYPES = ("mfg.machine.count.v1", "mfg.machine.state.v1")
ROUTE = re.compile(
    r'http\.route\(\s*"(/mfg/v1/[^"]+)"(.*?)\)\n.*?def (\w+)\(', re.DOTALL
)
#: What a wrong setting of ours is answered with, which a sender cannot correct.
OURS = {"no_key", "bad_key", "secret_unreadable"}


def routes_of_the_source():
    """The doors of all addons, as their controllers declare them."""
    for file in sorted(ADDONS.glob("*/controllers/*.py")):
        for path, more, name in ROUTE.findall(file.read_text(encoding="utf-8")):
            yield openapi.Route(name, path, "post" if "DOOR_ROUTE" in more else "get")


@pytest.fixture(scope="module")
def document():
    book = ContractBook(sorted(ADDONS.glob("*/contract")))
    operations = openapi_doors.operations(book.types(), BODY_LIMIT, HARD_LIMIT)
    operations["edge_events"] = openapi_doors.event_door(
        "Machines",
        MACHINE_TYPES,
        BODY_LIMIT,
        HARD_LIMIT,
        max_events=MOST_EVENTS,
        more=openapi_devices.OF_DEVICES,
    )
    operations["enrol"] = openapi_devices.enrolment(BODY_LIMIT, HARD_LIMIT)
    return openapi.document(
        routes_of_the_source(),
        operations,
        book,
        {
            **openapi_schemas.answers(["received", "processed"]),
            **openapi_devices.schemas(),
        },
        openapi_doors.SECURITY_SCHEMES,
    )


def test_c8_the_document_is_openapi(document):
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_c8_every_example_keeps_its_schema(document):
    reader = OpenApiReader(document)
    shown = list(reader.examples())

    for pointer, example in shown:
        reader.validator(pointer).validate(example)

    assert len(shown) > 50


def test_c8_every_contract_is_described_with_its_example(document):
    book = ContractBook(sorted(ADDONS.glob("*/contract")))
    for name in book.types():
        event = OpenApiReader(document).validator(f"/components/schemas/{name}")
        example = document["components"]["examples"][name]["value"]

        assert event.is_valid(example)
        assert not event.is_valid({**example, "data": 7})


def test_c8_references_within_a_contract_still_lead_somewhere(document):
    pointer = "/components/schemas/mfg.machine.state.v1.data"
    state = OpenApiReader(document).validator(pointer)

    assert state.is_valid({"equipment": "A", "state": "Execute"})
    assert not state.is_valid({"equipment": "A", "state": "NoSuchState"})


def test_c8_every_route_is_described(document):
    paths = {re.sub(r"<string:(\w+)>", r"{\1}", r.path) for r in routes_of_the_source()}

    assert set(document["paths"]) == paths
    assert len(paths) == 12


def test_c8_what_is_documented_is_what_the_page_on_errors_says(document):
    page = (REPOSITORY / "docs" / "api.md").read_text(encoding="utf-8")
    told = {
        (int(status), code)
        for status, codes in re.findall(r"^\| ([45]\d\d) \| (`.*?`) \|", page, re.M)
        for code in re.findall(r"`(\w+)`", codes)
    }

    described = {
        (problem["status"], problem["code"])
        for pointer, problem in OpenApiReader(document).examples()
        if openapi.PROBLEM_MEDIA_TYPE.replace("/", "~1") in pointer
    }

    assert {(status, code) for status, code in described if code not in OURS} == told


def test_c8_every_401_asks_for_a_proof(document):
    refusals = [
        operation["responses"]["401"]
        for item in document["paths"].values()
        for method, operation in item.items()
        if method != "parameters" and "401" in operation["responses"]
    ]

    assert len(refusals) > 5
    for refusal in refusals:
        assert refusal["headers"]["WWW-Authenticate"]["required"]


def test_c8_limits_and_codings_of_a_door_are_told(document):
    door = document["paths"]["/mfg/v1/edge/{connector_code}/events"]["post"]

    assert door["x-limits"] == {
        "maxBodyBytes": BODY_LIMIT,
        "hardMaxBodyBytes": HARD_LIMIT,
        "maxEvents": MOST_EVENTS,
    }
    assert "gzip" in door["parameters"][0]["schema"]["enum"]
    assert len(door["requestBody"]["content"]) == 4
    assert set(door["security"][0]) == {
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
    }


def test_c8_page_shows_every_door_with_its_examples(document):
    shown = [
        operation
        for section in openapi_page.sections(document)
        for operation in section["operations"]
    ]

    events = next(one for one in shown if one["id"] == "events")
    assert len(shown) == len(document["paths"])
    assert events["path"] == "/mfg/v1/events/{connector_code}"
    assert "webhook-signature" in events["proofs"][0]
    assert events["proofs"][1:] == [
        "Authorization: Bearer (api_key)",
        "Authorization: Bearer (jwt)",
        "Authorization: Basic (basic)",
    ]
    texts = {
        example["name"]: json.loads(example["text"])
        for body in events["bodies"]
        for example in body["examples"]
    }
    assert texts["mfg.ping.v1"]["type"] == "mfg.ping.v1"
    assert {answer["status"] for answer in events["answers"]} >= {"202", "401", "429"}
    (limited,) = (one for one in events["answers"] if one["status"] == "429")
    assert limited["codes"] == ["rate_limited"]


def test_c8_a_route_that_nobody_describes_is_an_error():
    book = ContractBook([])
    unknown = openapi.Route("nobody", "/mfg/v1/nobody", "get")

    with pytest.raises(KeyError, match="nobody"):
        openapi.document([unknown], {}, book, {}, {})
