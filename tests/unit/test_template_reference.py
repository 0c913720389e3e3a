"""Every example of docs/templates.md does what the page says.

A ``yaml`` block is a template, or what it adds to the first one; the ``http`` block
behind it is played by a real HTTP server. ``functions`` blocks hold an expression, a
document and a value per line.
"""

import json
import re
from dataclasses import dataclass

import pytest
import yaml
from mfg_integration_core.exceptions import (
    ConfigurationError,
    PermanentDeliveryError,
    RetryableDeliveryError,
    in_full,
)
from mfg_integration_core.protocols.expression import Expression, TemplateFunctions
from mfg_integration_core.protocols.template import Template
from mfg_integration_core.protocols.template_conversation import Conversation

from devkit import json_http
from tests.without_odoo import REPOSITORY

from .scripted_partner import playing, read_script

PAGE = (REPOSITORY / "docs" / "templates.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PIECE = re.compile(r"(^#+ [^\n]*$|^```\w+\n.*?^```)", re.MULTILINE | re.DOTALL)
BLOCKS = [(kind, text) for kind, text in BLOCK.findall(PAGE)]
MESSAGE = json.loads(next(text for kind, text in BLOCKS if kind == "json"))
SECRET = "s3cret"
SIGNING_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = 1795212900


@dataclass(frozen=True)
class Example:
    """A template and what happens with it."""

    template: str
    script: str

    @property
    def is_webhook(self):
        return "/mfg/v1/hooks/" in self.script


def examples():
    """The examples of the page, each under the heading that it stands below."""
    heading, template = "", ""
    for piece in PIECE.findall(PAGE):
        if piece.startswith("#"):
            heading = piece.strip("# ")
        found = BLOCK.fullmatch(piece)
        if found and found[1] == "yaml":
            template = found[2]
        elif found and found[1] == "http":
            yield pytest.param(Example(template, found[2]), id=heading)


EXAMPLES = list(examples())


def load(text):
    """The template that a block stands for."""
    if text.startswith("template:"):
        return Template.load(text, "example.yaml")
    shared = {
        "template": "example",
        "name": "Example CMMS",
        "version": 1,
        "auth": {"scheme": "none"},
        "check": {"method": "GET", "path": "/ping"},
    }
    added = yaml.load(text, Loader=yaml.BaseLoader)
    assert added, text
    whole = "\n".join(
        f"{name}: {json.dumps(value)}"
        for name, value in shared.items()
        if name not in added
    )
    return Template.load(f"{whole}\n{text}", "example.yaml")


class Line:
    """A line to the scripted partner, with one session for all tries."""

    def __init__(self, template, partner, secret):
        self.template = template
        self.connector = {
            "base_url": partner.url,
            "username": "hub",
            "secret": secret,
        }
        self.learned = []
        self.keeper = template.session_keeper(self.connector, self.learned.append)

    def attempt(self, uncertain):
        """How a try ends, in the words of the page."""
        talk = Conversation(self.connector, self.keeper, send, lambda: None)
        try:
            if not self.template.operations:
                self.template.check_connection(talk)
                return "answers"
            (operation,) = self.template.operations
            return str(operation.perform(talk, MESSAGE, uncertain))
        except RetryableDeliveryError as error:
            after = error.retry_after
            told = in_full(error) if after is None else f"after {after:.0f} s"
            return f"later: {error.code}, {told}"
        except PermanentDeliveryError as error:
            return f"refused: {error.code}, {in_full(error)}"


def send(request):
    return json_http.call(request.method, request.url, request.body, request.headers)


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_does_what_the_page_says(example):
    tries = read_script(example.script)

    if example.is_webhook:
        assert_received(load(example.template), tries)
    elif tries[0].calls:
        is_signed = "scheme: standard_webhooks" in example.template
        secret = SIGNING_SECRET if is_signed else SECRET
        assert_played(load(example.template), tries, secret)
    else:
        assert_refused_when_configured(example.template, tries[0].end)


def assert_played(template, tries, secret):
    with playing(tries) as partner:
        line = Line(template, partner, secret)
        ends = [line.attempt(uncertain=bool(number)) for number in range(len(tries))]

        assert partner.faults == []
        assert partner.calls == []
    for end, one in zip(ends, tries, strict=True):
        assert_told(end, one.end)


def assert_told(end, wanted):
    """Codes and references are the same; of a sentence, the page shows a piece."""
    outcome, _comma, piece = wanted.partition(", ")
    told, _comma, more = end.partition(", ")
    assert told == outcome
    assert piece in more
    assert piece == more or told != "delivered"


def assert_received(template, tries):
    ((request, _none),) = tries[0].calls
    body = request.text.encode()
    event_type, _blank, data = tries[0].end.partition(" ")

    template.verify_webhook([SECRET], request.headers, body, NOW)
    webhook = template.webhook(request.headers, body)

    assert (webhook.event_type, webhook.data) == (event_type, json.loads(data))


def assert_refused_when_configured(text, end):
    with pytest.raises(ConfigurationError) as caught:
        load(text).operation("create_order")

    assert caught.value.remedy
    code, _comma, piece = end.removeprefix("cannot be configured: ").partition(", ")
    if end.startswith("cannot"):
        assert caught.value.code == code
        assert piece in caught.value.detail
    else:
        assert caught.value.detail == end


def function_lines():
    """``(expression, document, value)`` of each line of the functions blocks."""
    for kind, text in BLOCKS:
        if kind == "functions":
            for line in text.splitlines():
                yield re.split(r" {2,}", line)


@pytest.mark.parametrize(("expression", "document", "value"), function_lines())
def test_function_gives_what_the_page_says(expression, document, value):
    functions = TemplateFunctions({"priority": {"urgent": "P1"}}, "example.yaml")

    found = Expression(expression, "example.yaml, here", functions).value(
        json.loads(document)
    )

    assert found == json.loads(value)


def test_every_function_of_ours_stands_on_the_page():
    own = set(TemplateFunctions.FUNCTION_TABLE)
    shown = {line[0].partition("(")[0] for line in function_lines()}

    ours = {name for name in own if f"_func_{name}" in vars(TemplateFunctions)}
    assert ours == shown


def test_page_has_an_example_for_every_member_of_the_schema():
    schema = json.loads(
        (
            REPOSITORY / "addons/mfg_integration_core/templates/template.schema.json"
        ).read_text(encoding="utf-8")
    )
    # docs/polling.md has those of `sources`.
    parts = [
        schema,
        *(
            part
            for name, part in schema["$defs"].items()
            if name not in ("source", "paging")
        ),
    ]
    members = {name for part in parts for name in part.get("properties", {})}

    missing = {name for name in members if not re.search(rf"\b{name}\b", PAGE)}
    assert missing == set()
