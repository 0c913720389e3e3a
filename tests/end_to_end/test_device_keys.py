"""Devices with keys of their own: let in by a person, revoked one alone, attacked."""

import json
import threading
import uuid

import pytest

from devkit import json_http
from tests.openapi_reader import OpenApiReader

from .doors import EDGE, letter
from .own_devices import Device, given_devices_connector

MOST_WAITING = 100


@pytest.fixture(scope="module")
def connector(plant_server):
    return given_devices_connector(plant_server)


@pytest.fixture
def device(live, connector):
    return Device(live, connector)


def assert_answer(answer, status, code):
    """It is a problem document that says what to do."""
    assert (answer.status, answer.json["code"]) == (status, code), answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["detail"]


def stored(live, connector):
    return live.value(
        "SELECT count(*) FROM mfg_edge_event WHERE connector_id = %s", connector.id
    )


def test_h7_first_contact_is_approved_by_a_person(live, device):
    served = OpenApiReader(json_http.get(f"{live.url}/mfg/v1/openapi.json").json)
    path = f"/mfg/v1/edge/{device.connector.code}"
    before = device.sends(device.event())
    asked = device.asks()
    waiting = device.sends(device.event())

    device.decided("approve")
    taken = device.sends(device.event())

    assert_answer(before, 401, "key_wrong")
    assert (asked.status, asked.json["state"]) == (202, "waiting")
    assert len(asked.json["fingerprint"]) == 19
    assert_answer(waiting, 403, "device_not_approved")
    assert waiting.json["remedy"]
    assert taken.status == 202, taken.body
    assert device.asks().json["state"] == "approved"
    assert served.faults("POST", f"{path}/devices", asked) == []
    for answer in (before, waiting, taken):
        assert served.faults("POST", f"{path}/events", answer) == []


def test_h7_event_knows_the_device_that_proved_itself(live, device):
    device.let_in()

    taken = device.sends(device.event())

    assert (
        device.row("id")
        == live.sql(
            "SELECT device_id FROM mfg_edge_event WHERE uuid = %s", taken.json["uuid"]
        )[0]
    )


def test_h7_one_device_is_revoked_alone_and_at_once(live, connector, device):
    other = Device(live, connector).let_in()
    device.let_in()
    assert device.sends(device.event()).status == 202
    admin = live.session()
    (record,) = admin.search("mfg.edge.device", [("source", "=", device.source)])

    admin.call("mfg.edge.device", "action_revoke", [record])

    assert_answer(device.sends(device.event()), 401, "key_wrong")
    assert other.sends(other.event()).status == 202
    assert_answer(device.asks(), 403, "device_revoked")


def test_h7_device_that_is_refused_keeps_its_events(live, connector, device):
    device.asks()
    device.decided("refuse")

    assert_answer(device.sends(device.event()), 403, "device_refused")
    assert_answer(device.asks(), 403, "device_refused")


def test_h7_source_of_another_device_is_refused_event_by_event(live, connector, device):
    victim = Device(live, connector).let_in()
    device.let_in()
    before = stored(live, connector)

    answer = device.sends(device.event(), victim.event())
    alone = device.sends(victim.event())

    statuses = [result["status"] for result in answer.json["results"]]
    assert statuses == ["accepted", "invalid"]
    problem = answer.json["results"][1]["problem"]
    assert (problem["code"], problem["pointer"]) == ("source_refused", "/source")
    assert_answer(alone, 403, "source_refused")
    assert stored(live, connector) == before + 1


def test_h7_nobody_is_let_in_who_guesses_or_replays(live, connector, device):
    device.let_in()
    sent = letter(EDGE)
    sent.secret, sent.path = connector.secret, connector.path("edge")

    # The partner's own proof is none of a device.
    assert_answer(sent.post(live), 401, "credentials_missing")
    for guess in (device.key[:-1], device.key + "A", "", "mfgk_1a2b3c4d_", "\u00ff"):
        answer = device.sends(device.event(), key=guess or " ")
        assert answer.status == 401, answer.body
    # Whoever has read the hash on the screen has no key.
    digest = live.value(
        "SELECT key_sha256 FROM mfg_edge_enrolment WHERE device_id = %s",
        device.row("id")[0],
    )
    assert_answer(device.sends(device.event(), key=digest), 401, "key_wrong")
    # An overheard application names nobody else.
    thief = Device(live, connector)
    assert_answer(thief.asks(key_sha256=digest), 409, "key_known")


def test_h7_enrolment_asks_for_the_partners_proof(live, connector, device):
    url = f"{live.url}/mfg/v1/edge/{connector.code}/devices"
    body = json.dumps({"source": device.source, "key_sha256": "0" * 64}).encode()
    headers = {"Content-Type": "application/json"}
    stranger = json_http.call("POST", url, body, headers)
    device.let_in()
    of_a_device = json_http.call(
        "POST", url, body, {**headers, "Authorization": f"Bearer {device.key}"}
    )

    assert_answer(stranger, 401, "signature_missing")
    assert_answer(of_a_device, 401, "signature_missing")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"key_sha256": "0" * 63}, "/key_sha256"),
        ({"key_sha256": "G" * 64}, "/key_sha256"),
        ({"key_sha256": None}, "/key_sha256"),
        ({"source": ""}, "/source"),
        ({"source": " /plant/gateway"}, "/source"),
        ({"source": "/plant\u0007"}, "/source"),
        ({"source": "x" * 513}, "/source"),
        ({"name": 7}, "/name"),
        ({"state": "approved"}, "/state"),
    ],
)
def test_h7_application_that_can_not_be_read_names_the_member(device, changes, pointer):
    answer = device.asks(**changes)

    assert_answer(answer, 400, "bad_application")
    assert answer.json["pointer"] == pointer


def test_h7_flood_of_unknown_devices_leaves_room_for_people(live):
    connector = given_devices_connector(live)
    known = Device(live, connector).let_in()
    answers, lock = [], threading.Lock()

    def flood(count):
        for _number in range(count):
            answer = Device(live, connector).asks()
            with lock:
                answers.append(answer)

    floods = [threading.Thread(target=flood, args=(28,)) for _ in range(4)]
    for one in floods:
        one.start()
    for one in floods:
        one.join()

    taken = [answer for answer in answers if answer.status == 202]
    assert len(taken) == MOST_WAITING
    refused = [answer for answer in answers if answer.status != 202]
    for answer in refused:
        assert_answer(answer, 429, "too_many_waiting")
        assert int(answer.headers["Retry-After"]) > 0
    assert known.sends(known.event()).status == 202
    admin = live.session()
    waiting = admin.search(
        "mfg.edge.enrolment",
        [("connector_id", "=", connector.id), ("state", "=", "waiting")],
    )
    assert len(waiting) == MOST_WAITING


def test_h7_same_device_that_asks_many_times_at_once_waits_once(live, connector):
    device, answers = Device(live, connector), []
    thief = Device(live, connector, source=device.source)
    askers = [
        threading.Thread(target=lambda one=one: answers.append(one.asks()))
        for one in (device, thief) * 3
    ]

    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()

    assert sorted(answer.status for answer in answers) == [202] * 3 + [409] * 3
    rows = live.value(
        "SELECT count(*) FROM mfg_edge_enrolment WHERE device_id = %s",
        device.row("id")[0],
    )
    assert rows == 1


def test_h7_devices_of_a_connector_that_vouches_for_them_need_no_key(live):
    connector = given_devices_connector(live, device_trust="trusted")
    device = Device(live, connector, source=f"/plant/{uuid.uuid4().hex}")

    answer = device.vouched_for(device.event())

    assert answer.status == 202, answer.body
    assert_answer(device.asks(), 400, "no_device_keys")
