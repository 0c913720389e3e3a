"""A partner that nobody calls, over HTTP: it fetches its messages and acknowledges."""

import itertools
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from devkit import json_http, stage
from tests.fakes import signing
from tests.openapi_reader import OpenApiReader

from .doors import letter
from .own_connector import given_connector

REQUESTED = "mfg.maintenance.requested.v1"
numbers = itertools.count(1)


@pytest.fixture
def partner(live):
    """A live connector whose partner fetches requests for maintenance, in one lane."""
    connector = given_connector(live, f"pull-{next(numbers)}", adapter="pull")
    admin = live.session()
    (event_type,) = admin.search("mfg.event.type", [("name", "=", REQUESTED)])
    admin.create(
        "mfg.subscription",
        connector_id=connector.id,
        event_type_id=event_type,
        ordering="connector",
    )
    yield connector
    # A paused one would go on to owe messages of other tests.
    admin.write("mfg.connector", connector.id, active=False)


def given_request(live, title):
    return live.session().create(
        "maintenance.request", name=title, equipment_id=live.plant.equipment_id
    )


def outbox(live, partner, query="", path=None):
    """The answer to a signed GET."""
    path = path or f"/mfg/v1/outbox/{partner.code}{query}"
    signed = signing.standard_webhook(
        partner.secret, f"msg-{time.time_ns()}", int(time.time()), b""
    )
    return json_http.get(live.url + path, signed)


def acknowledge(live, partner, *pairs, **more):
    """The answer to acknowledgements of ``(event id, number)``."""
    sent = letter("events")
    sent.secret, sent.path = partner.secret, f"/mfg/v1/outbox/{partner.code}/ack"
    sent.content_type = "application/json"
    items = [{"id": event_id, "reference": name} for event_id, name in pairs]
    sent.body = json.dumps({"acknowledgements": items, **more}).encode()
    return sent.post(live)


def ids(answer):
    assert answer.status == 200, answer.body
    return [event["id"] for event in answer.json["events"]]


def statuses(answer):
    assert answer.status == 200, answer.body
    return [result["status"] for result in answer.json["results"]]


def test_c11_partner_fetches_and_acknowledges_as_documented(live, partner):
    served = OpenApiReader(json_http.get(f"{live.url}/mfg/v1/openapi.json").json)
    request_id = given_request(live, "Grease the gripper")
    path = f"/mfg/v1/outbox/{partner.code}"

    page = outbox(live, partner, "?limit=10")
    (event,) = page.json["events"]
    first = acknowledge(live, partner, (event["id"], "WO-1"), ("nothing", "WO-2"))
    again = acknowledge(live, partner, (event["id"], "WO-1"))
    other = acknowledge(live, partner, (event["id"], "WO-9"))

    assert (event["type"], event["data"]["title"]) == (REQUESTED, "Grease the gripper")
    assert int(event["sequence"]) == 1
    assert statuses(first) == ["acknowledged", "unknown"]
    assert statuses(again) == ["acknowledged"]
    assert statuses(other) == ["conflict"]
    assert ids(outbox(live, partner)) == []
    assert (
        live.value(
            "SELECT external_id FROM mfg_binding"
            " WHERE connector_id = %s AND res_model = %s AND res_id = %s",
            partner.id,
            "maintenance.request",
            request_id,
        )
        == "WO-1"
    )
    assert served.faults("GET", path, page) == []
    for answer in (first, again, other):
        assert served.faults("POST", f"{path}/ack", answer) == []


def test_c2_messages_go_out_as_a_batch_of_cloudevents(live, partner):
    served = OpenApiReader(json_http.get(f"{live.url}/mfg/v1/openapi.json").json)
    for number in range(3):
        given_request(live, f"Enveloped {number}")

    events = outbox(live, partner).json["events"]

    assert len(events) == 3
    for event in events:
        served.validator(f"/components/schemas/{REQUESTED}").validate(event)
        assert event["specversion"] == "1.0"
        assert {"correlationid", "sequence"} <= set(event)


def test_c11_nothing_is_lost_when_the_server_is_killed_before_the_ack(live, partner):
    for number in range(3):
        given_request(live, f"Request {number}")
    fetched = ids(outbox(live, partner))

    live.kill_odoo()
    live.start_odoo(append=True)
    live.wait_for_runner()

    assert ids(outbox(live, partner)) == fetched
    assert len(fetched) == 3
    assert statuses(acknowledge(live, partner, (fetched[0], "WO-1"))) == [
        "acknowledged"
    ]
    assert ids(outbox(live, partner)) == fetched[1:]


def test_c11_two_readers_at_once_see_the_same_order_and_one_number_counts(
    live, partner
):
    for number in range(6):
        given_request(live, f"Request {number}")

    def read(reader):
        seen = ids(outbox(live, partner))
        marks = [(one, f"{reader}-{place}") for place, one in enumerate(seen)]
        return seen, statuses(acknowledge(live, partner, *marks))

    with ThreadPoolExecutor(2) as readers:
        (first, taken), (second, taken_too) = readers.map(read, ("A", "B"))

    longer, shorter = sorted((first, second), key=len, reverse=True)
    assert longer[len(longer) - len(shorter) :] == shorter
    assert len(longer) == 6
    assert [*taken, *taken_too].count("acknowledged") == 6
    assert (
        live.value(
            "SELECT count(DISTINCT partner_reference) FROM mfg_outbox_message"
            " WHERE connector_id = %s AND state = 'acknowledged'",
            partner.id,
        )
        == 6
    )


def test_c11_pages_are_as_long_as_asked_for_and_follow_each_other(live, partner):
    for number in range(5):
        given_request(live, f"Request {number}")

    pages, query = [], "?limit=2"
    while True:
        answer = outbox(live, partner, query)
        pages.append(ids(answer))
        if not answer.json["more"]:
            break
        query = f"?limit=2&after={answer.json['cursor']}"

    assert [len(page) for page in pages] == [2, 2, 1]
    assert sum(pages, []) == ids(outbox(live, partner))


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("?after=zzz", "bad_cursor"),
        ("?limit=0", "bad_limit"),
        ("?limit=x", "bad_limit"),
    ],
)
def test_c11_page_that_nobody_can_mean_is_refused(live, partner, query, code):
    answer = outbox(live, partner, query)

    assert (answer.status, answer.json["code"]) == (400, code)


def test_c11_who_proves_nothing_fetches_nothing(live, partner):
    given_request(live, "Secret")
    path = f"/mfg/v1/outbox/{partner.code}"

    unsigned = json_http.get(live.url + path)
    forged = letter("events")
    forged.path, forged.body = f"{path}/ack", b'{"acknowledgements": []}'

    assert (unsigned.status, unsigned.json["code"]) == (401, "signature_missing")
    assert forged.post(live).json["code"] == "signature_wrong"


def test_c11_connector_whose_partner_is_called_has_no_outbox(live):
    connector = given_connector(live, f"called-{next(numbers)}")

    answers = [outbox(live, connector), acknowledge(live, connector)]

    assert [answer.json["code"] for answer in answers] == ["no_outbox"] * 2
    assert [answer.status for answer in answers] == [404, 404]


def test_c11_paused_connector_gives_nothing_out_and_takes_acknowledgements(
    live, partner
):
    given_request(live, "Before the pause")
    (event_id,) = ids(outbox(live, partner))
    live.session().call("mfg.connector", "action_pause", [partner.id])

    answer = outbox(live, partner)

    assert (answer.status, answer.json["code"]) == (503, "paused")
    assert answer.headers["Retry-After"] == "60"
    assert statuses(acknowledge(live, partner, (event_id, "WO-1"))) == ["acknowledged"]


def test_c11_copy_of_the_database_gives_nothing_out_until_it_is_armed(live, partner):
    given_request(live, "Only once")
    (event_id,) = ids(outbox(live, partner))

    with stage.copied(live, "pullcopy") as copy:
        fetched = outbox(copy, partner)
        told = acknowledge(copy, partner, (event_id, "WO-1"))
        state = copy.value(
            "SELECT state FROM mfg_outbox_message WHERE uuid = %s", event_id
        )
        copy.session().call("mfg.connector", "action_arm")
        armed = ids(outbox(copy, partner))
    live.wait_for_runner()

    for answer in (fetched, told):
        assert (answer.status, answer.json["code"]) == (503, "not_armed")
    assert state == "pending"
    assert armed == [event_id]
