"""Webhooks that are forms, as some vendors can write nothing else."""

import json
from urllib.parse import urlencode

import pytest
from mfg_integration_core.exceptions import (
    ConfigurationError,
    InvalidEventError,
    UnsupportedMediaError,
)
from mfg_integration_core.protocols.template import Template

from .template_text import TEMPLATE

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SAYS = {
    "event": "changed",
    "wo": "WO-1",
    "version": "3",
    "changed_at": "1795212900250",
    "status": "ON",
    "note": "100 % ö",
}
PLAIN = urlencode(SAYS).encode()


def acme(body):
    """The template with its webhooks written in this way."""
    text = TEMPLATE.replace("webhooks:\n", f"webhooks:\n  body: {body}\n")
    return Template.load(text, "acme.yaml")


ACME_JSON, ACME_FORM = Template.load(TEMPLATE, "acme.yaml"), acme("form")
ACME_WITHIN = acme("{json_in: payload}")


def within(payload):
    return urlencode({"kind": "any", "payload": payload}).encode()


@pytest.mark.parametrize(
    ("template", "body"), [(ACME_FORM, PLAIN), (ACME_WITHIN, within(json.dumps(SAYS)))]
)
def test_form_is_put_into_our_terms(template, body):
    template.check_webhook(FORM, body)

    kept = template.kept_headers(FORM)
    webhook = template.webhook(kept, body)

    assert (webhook.event_id, webhook.key) == ("WO-1-3", "WO-1")
    assert webhook.data["note"] == "100 % ö"
    assert webhook.data["state"] == "running"
    assert template.webhook_id(kept, body) == "WO-1-3"
    assert template.webhook_key(kept, body) == "WO-1"


@pytest.mark.parametrize(
    ("template", "media_type", "remedy"),
    [
        (ACME_JSON, "application/x-www-form-urlencoded", "Choose JSON"),
        (ACME_JSON, "multipart/form-data; boundary=x", "Choose JSON"),
        (ACME_FORM, "application/json", "application/x-www-form-urlencoded"),
        (ACME_FORM, "multipart/form-data; boundary=x", "urlencoded"),
        (ACME_FORM, None, "application/x-www-form-urlencoded"),
        (ACME_WITHIN, "application/json", "application/x-www-form-urlencoded"),
    ],
)
def test_other_media_type_than_the_template_says_is_refused(
    template, media_type, remedy
):
    headers = {"content-type": media_type} if media_type else {}

    with pytest.raises(UnsupportedMediaError, match=remedy) as caught:
        template.check_webhook(headers, b"a=1")

    assert caught.value.code == "unsupported_media"


def test_charset_but_utf8_is_refused():
    media_type = FORM["Content-Type"]

    ACME_FORM.check_webhook({"Content-Type": f"{media_type}; charset=UTF-8"}, PLAIN)
    with pytest.raises(UnsupportedMediaError) as caught:
        ACME_FORM.check_webhook({"Content-Type": f"{media_type};charset=latin-1"}, b"")

    assert caught.value.code == "unsupported_charset"


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        (b"kind=any", "not_form", "/payload"),
        (within("{"), "not_json", "/payload"),
        (within('{"wo": {"no": 1, "no": 2}}'), "repeated_member", "/payload/wo/no"),
        (within('{"wo": "\\u0000"}'), "not_storable", "/payload"),
        (b"payload=1&payload=1", "repeated_member", "/payload"),
    ],
)
def test_what_is_wrong_within_the_field_is_named(body, code, pointer):
    with pytest.raises(InvalidEventError) as caught:
        ACME_WITHIN.check_webhook(FORM, body)

    assert (caught.value.code, caught.value.pointer) == (code, pointer)


@pytest.mark.parametrize("template", [ACME_JSON, ACME_FORM, ACME_WITHIN])
def test_json_that_was_stored_is_read_whatever_the_template_says_now(template):
    body = json.dumps(SAYS).encode()

    assert template.kept_headers({"Content-Type": "application/json"}) == {}
    assert template.webhook({}, body).event_id == "WO-1-3"


def test_form_that_was_stored_is_read_when_the_template_says_json_now():
    kept = ACME_FORM.kept_headers(FORM)

    assert ACME_JSON.webhook(kept, PLAIN).event_id == "WO-1-3"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("xml", "webhooks/body"),
        ("{json_in: ''}", "webhooks/body/json_in"),
        ("{field: payload}", "webhooks/body"),
        ("[form]", "webhooks/body"),
    ],
)
def test_other_way_to_write_is_refused_with_its_line(body, told):
    with pytest.raises(ConfigurationError) as caught:
        acme(body)

    line = TEMPLATE.splitlines().index("webhooks:") + 2
    assert f"acme.yaml, line {line}, {told}" in caught.value.detail
