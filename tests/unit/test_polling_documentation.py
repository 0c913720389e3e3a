"""Every example of docs/polling.md does what the page says."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timezone

import pytest
import yaml
from mfg_integration_core.protocols import poll_run
from mfg_integration_core.protocols.moments import read_moment, write_moment
from mfg_integration_core.protocols.template import Template
from mfg_integration_core.protocols.template_answer import Reply

from tests.without_odoo import REPOSITORY

PAGE = (REPOSITORY / "docs" / "polling.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| `([^`]+)` \| `([^`]+)` \|$", re.MULTILINE)
NOON = datetime(2026, 11, 20, 12, 0, 0, 250000, timezone.utc)
HOST = "https://cmms.example.com"
CONNECTOR = {"base_url": HOST, "username": "", "secret": ""}


@dataclass
class Example:
    """A source of the page and what is shown behind it."""

    name: str
    text: str
    shown: list = field(default_factory=list)


def examples():
    found = []
    for language, text in FENCE.findall(PAGE):
        if language == "yaml":
            found.append(Example(text.partition(":")[0], text))
        else:
            found[-1].shown.append((language, text))
    return found


def moments():
    section = PAGE.partition("## Moments")[2].partition("##")[0]
    return ROW.findall(section)


def source(example):
    head = """
template: example
name: Example
version: 1
auth: {scheme: none}
check: {method: GET, path: /}
value_maps: {status: {WIP: in_progress}}
sources:
"""
    indented = "".join(f"  {line}\n" for line in example.text.splitlines())
    return Template.load(head + indented, "example.yaml").source(example.name)


def message(text):
    """First line, headers and JSON of an HTTP message as the page shows it."""
    head, _blank, body = text.partition("\n\n")
    first, *lines = head.strip().splitlines()
    headers = dict(line.split(": ", 1) for line in lines)
    return first, headers, json.loads(body) if body.strip() else None


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_source_asks_and_reads_as_the_page_shows(example):
    plan = source(example)
    since = poll_run.asked_since(NOON, None, plan.overlap_s)
    place, items, request, bare = plan.paging.first(), [], None, []
    for language, text in example.shown:
        if language == "json":
            assert json.loads(text) == [told(plan, item) for item in items]
            continue
        first, headers, content = message(text)
        if first.startswith("HTTP/"):
            status, body = int(first.split()[1]), json.dumps(content).encode()
            if bare:
                reply = Reply(status, headers, body)
                items.append(plan.detail.read(bare.pop(0), reply))
                continue
            read = plan.read(place, request.url, status, headers, body)
            place, items = read.page.next, read.items
            if plan.detail:
                bare, items = items, []
            continue
        if bare:
            request = plan.detail.request(bare[0], CONNECTOR)
        else:
            request = plan.request(place, since, CONNECTOR)
        assert f"{request.method} {request.url.removeprefix(HOST)}" == first
        assert headers.items() <= request.headers.items()
        assert content == (json.loads(request.body) if request.body else None)
    if not items:
        assert place is None


def told(plan, item):
    event = plan.event(item.document, item.key, item.deleted, "id")
    return {"type": event.event_type, "subject": event.key, "data": event.data}


@pytest.mark.parametrize(("format", "written"), moments())
def test_moments_are_written_as_the_page_shows(format, written):
    assert str(write_moment(NOON, format)) == written
    assert read_moment(written, format) <= NOON


def test_page_shows_every_kind_of_paging_and_every_format():
    schema = json.loads(
        (
            REPOSITORY / "addons/mfg_integration_core/templates/template.schema.json"
        ).read_text(encoding="utf-8")
    )["$defs"]
    kinds = set(schema["paging"]["properties"]["kind"]["enum"])
    assert {kind for kind in kinds if f"| `{kind}` |" not in PAGE} == set()
    used = {
        spec["paging"]["kind"]
        for example in examples()
        for spec in yaml.safe_load(example.text).values()
        if "paging" in spec
    }
    assert kinds - used == {"next_url"}  # shown in words beside `link`
    members = set(schema["source"]["properties"])
    assert {name for name in members if f"`{name}" not in PAGE} == {"label"}
