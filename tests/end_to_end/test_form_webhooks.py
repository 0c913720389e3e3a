"""Vendors that post forms: proven on the raw bytes, read strictly, handled once."""

import gzip
import json
import time
import uuid
from urllib.parse import urlencode

import pytest

from devkit import json_http
from devkit.poll import until
from tests.fakes import signing
from tests.openapi_reader import OpenApiReader

from .doors import EVENTS
from .own_connector import given_connector
from .test_doors import OVER_LIMIT, RUNS_TWICE

FORM = "application/x-www-form-urlencoded"
#: Nothing is sent to these vendors.
NOBODY = "http://127.0.0.1:9"
PLAIN, WITHIN = "posted_form", "posted_payload"


class Vendor:
    """A connector whose webhooks are forms, and how its vendor writes them.

    :param template: one of the test addon's
    """

    def __init__(self, stage, template):
        self.template = template
        self.connector = given_connector(
            stage, template.replace("_", "-"), template=template, base_url=NOBODY
        )
        self.path = f"/mfg/v1/hooks/{self.connector.code}"

    def letter(self, **changes):
        """A webhook as the vendor signs it; a field that is None is left out."""
        says = {"event": "happened", "no": f"form-{uuid.uuid4()}", "number": 1}
        fields = {k: v for k, v in {**says, **changes}.items() if v is not None}
        if self.template == WITHIN:
            fields = {"kind": "any", "payload": json.dumps(fields)}
        sent = self.connector.letter(EVENTS)
        sent.path, sent.content_type = self.path, FORM
        sent.body = urlencode(fields).encode()
        return sent

    def rows(self, stage):
        """How many of its webhooks are stored."""
        return stage.value(
            "SELECT count(*) FROM mfg_inbox_event WHERE connector_id = %s",
            self.connector.id,
        )


@pytest.fixture(scope="module")
def vendors(plant_server):
    made = {name: Vendor(plant_server, name) for name in (PLAIN, WITHIN)}
    yield made
    # The plant outlives these tests.
    for vendor in made.values():
        plant_server.session().write("mfg.connector", vendor.connector.id, active=False)


@pytest.fixture(params=[PLAIN, WITHIN])
def vendor(request, vendors):
    return vendors[request.param]


@pytest.fixture
def plain(vendors):
    return vendors[PLAIN]


@pytest.fixture
def refused(live):
    """Posts a webhook that must be refused as the OpenAPI document says."""
    served = OpenApiReader(json_http.get(f"{live.url}/mfg/v1/openapi.json").json)

    def post(vendor, sent, status, code):
        rows = vendor.rows(live)

        answer = sent.post(live)

        assert (answer.status, answer.json["code"]) == (status, code), answer.body
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert served.faults("POST", vendor.path, answer) == []
        assert vendor.rows(live) == rows
        return answer.json

    return post


def handled(live, answer):
    """State and reason of a stored webhook once it was tried."""

    def row():
        ((state, reason, number),) = live.sql(
            "SELECT event.state, event.reason,"
            " (SELECT max(number) FROM mfg_test_effect WHERE name = event.event_id)"
            " FROM mfg_inbox_event event WHERE uuid = %s",
            answer.json["uuid"],
        )
        return None if state in ("received", "processing") else (state, reason, number)

    return until(row, "the webhook is handled")


# ------------------------------------------------------------------------ what it says


def test_c4_form_is_proven_on_its_raw_bytes_and_has_its_effect(live, vendor):
    sent = vendor.letter(number=17)

    answer = sent.post(live)

    assert answer.status == 202
    assert handled(live, answer) == ("processed", None, 17)


def test_c4_same_fields_in_other_bytes_are_not_what_was_signed(live, vendor, refused):
    sent = vendor.letter()
    sent.signed = sent.body.replace(b"happened", b"%68appened")

    refused(vendor, sent, 401, "signature_wrong")


def test_c4_form_that_is_compressed_is_proven_as_it_was_sent(live, vendor):
    sent = vendor.letter(number=18)
    sent.body = gzip.compress(sent.body)
    sent.headers = {"Content-Encoding": "gzip"}

    answer = sent.post(live)

    assert answer.status == 202
    assert handled(live, answer) == ("processed", None, 18)


@pytest.mark.parametrize("name", ["self", "connector_code", "csrf_token", "debug"])
def test_field_of_any_name_breaks_nothing(live, plain, name):
    sent = plain.letter()
    sent.body += f"&{name}=1".encode()
    sent.path += f"?{name}=1"

    assert sent.post(live).status == 202


def test_a4_form_is_stored_once_and_answered_the_same(live, vendor):
    sent = vendor.letter()

    first, again = sent.post(live), sent.post(live)

    assert (first.json["status"], again.json["status"]) == ("accepted", "duplicate")
    assert first.json["uuid"] == again.json["uuid"]


def test_a4_form_that_odoo_runs_twice_is_stored_once_and_handled(live, vendor):
    sent, rows = vendor.letter(number=19), vendor.rows(live)
    sent.headers = {RUNS_TWICE: "1"}

    answer = sent.post(live)

    assert answer.status == 202
    assert vendor.rows(live) == rows + 1
    assert handled(live, answer) == ("processed", None, 19)


def test_a5_same_id_in_another_form_is_a_conflict(live, vendor, refused):
    number = f"form-{uuid.uuid4()}"
    assert vendor.letter(no=number).post(live).status == 202

    refused(vendor, vendor.letter(no=number, number=2), 409, "id_conflict")


# ---------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "media_type", ["application/json", "multipart/form-data; boundary=x", ""]
)
def test_c1_other_media_type_than_the_template_says_is_refused(
    vendor, refused, media_type
):
    sent = vendor.letter()
    sent.content_type = media_type

    problem = refused(vendor, sent, 415, "unsupported_media")

    assert FORM in problem["detail"]


def test_c1_other_charset_is_refused(vendor, refused):
    sent = vendor.letter()
    sent.content_type = f"{FORM}; charset=iso-8859-1"

    refused(vendor, sent, 415, "unsupported_charset")


@pytest.mark.parametrize("body", [b"", b"no=%", b"no=%FC", b"no=\xfc"])
def test_c1_what_is_no_form_is_refused(vendor, refused, body):
    sent = vendor.letter()
    sent.body = body

    refused(vendor, sent, 400, "not_form")


def test_c1_field_that_is_sent_twice_is_named(vendor, refused):
    sent = vendor.letter()
    sent.body += b"&extra=1&e%78tra=2"

    problem = refused(vendor, sent, 400, "repeated_member")

    assert problem["pointer"] == "/extra"


def test_c1_what_is_wrong_within_the_field_is_named(vendors, refused):
    sent = vendors[WITHIN].letter()
    sent.body = urlencode({"payload": '{"no": 1, "no": 2}'}).encode()

    problem = refused(vendors[WITHIN], sent, 400, "repeated_member")

    assert problem["pointer"] == "/payload/no"


@pytest.mark.parametrize("packed", [False, True])
def test_c1_form_over_the_limit_is_refused(vendor, refused, packed):
    sent = vendor.letter(note="x" * OVER_LIMIT)
    if packed:
        sent.body = gzip.compress(sent.body)
        sent.headers = {"Content-Encoding": "gzip"}

    refused(vendor, sent, 413, "body_too_large")


def test_c1_form_of_very_many_fields_costs_no_time(plain, refused):
    sent = plain.letter()
    sent.body = b"&".join(b"f%d=" % number for number in range(100_000))

    refused(plain, sent, 400, "not_form")


# ------------------------------------------------------------------- what becomes of it


def test_a15_form_that_breaks_the_contract_is_put_right_as_json(live, plain):
    answer = plain.letter(number=-1).post(live)
    state, reason, _number = handled(live, answer)
    admin = live.session()
    (event_id,) = admin.search("mfg.inbox.event", [("uuid", "=", answer.json["uuid"])])
    wizard = admin.create("mfg.payload.correct", event_id=event_id)
    shown = admin.read("mfg.payload.correct", wizard, "content")["content"]

    content = json.dumps({**json.loads(shown), "number": "21"})
    admin.write(
        "mfg.payload.correct", wizard, content=content, why="The vendor confirmed it"
    )
    admin.call("mfg.payload.correct", "action_resubmit", [wizard])

    assert (state, reason) == ("rejected", "`number` must be at least 0.")
    assert json.loads(shown)["number"] == "-1"
    until(
        lambda: handled(live, answer) == ("processed", None, 21),
        "the corrected webhook is handled",
    )


def test_c4_sender_learns_how_far_its_form_came(live, plain):
    answer = plain.letter(number=22).post(live)
    handled(live, answer)

    signed = signing.standard_webhook(
        plain.connector.secret, f"msg-{uuid.uuid4()}", int(time.time()), b""
    )
    url = f"{live.url}/mfg/v1/messages/{answer.json['uuid']}"

    assert json_http.get(url, signed).json["state"] == "processed"
