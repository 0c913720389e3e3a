"""Devices behind the door: what is missing, who is silent, what came afterwards."""

import json
import time

import pytest

from devkit import json_http
from devkit.poll import until
from tests.fakes import signing

from .doors import letter
from .own_devices import Device, given_devices_connector, given_machine
from .sweeping import sweep

RESEND, STATE = "mfg.device.resend_requested.v1", "mfg.machine.state.v1"


@pytest.fixture
def connector(live):
    """A live connector whose devices have keys, and whose partner asks for messages."""
    connector = given_devices_connector(live, adapter="pull")
    admin = live.session()
    (event_type,) = admin.search("mfg.event.type", [("name", "=", RESEND)])
    admin.create(
        "mfg.subscription", connector_id=connector.id, event_type_id=event_type
    )
    return connector


@pytest.fixture
def device(live, connector):
    return Device(live, connector).let_in()


def heard(device, count):
    """Wait until so many events of the device were aggregated."""
    until(
        lambda: (device.row("event_count")[0] or 0) >= count,
        f"{count} events of {device.source} are heard",
        last_words=lambda: str(device.row("state", "event_count")),
    )


def asked(live, connector):
    """What the partner finds in its outbox, signed for with an empty body."""
    signed = signing.standard_webhook(
        connector.secret, f"msg-{time.time_ns()}", int(time.time()), b""
    )
    page = json_http.get(f"{live.url}/mfg/v1/outbox/{connector.code}", signed)
    assert page.status == 200, page.body
    return page.json["events"]


def acknowledged(live, connector, events):
    """The partner has read its messages."""
    sent = letter("events")
    sent.secret, sent.path = connector.secret, f"/mfg/v1/outbox/{connector.code}/ack"
    sent.content_type = "application/json"
    items = [{"id": event["id"], "reference": "read"} for event in events]
    sent.body = json.dumps({"acknowledgements": items}).encode()
    assert sent.post(live).status == 200


def gaps(device):
    return device.stage.sql(
        "SELECT boot, first_missing::bigint, last_missing::bigint, state"
        "  FROM mfg_edge_gap WHERE device_id = %s ORDER BY boot, first_missing",
        device.row("id")[0],
    )


def test_h3_gap_is_asked_for_through_the_outbox_and_filled(live, connector, device):
    events = {number: device.event(sequence=f"3-{number}") for number in range(1, 8)}
    device.sends(*(events[number] for number in (1, 2, 6, 7)))
    heard(device, 4)
    found = gaps(device)

    ask_now(live, device)
    sweep(live)
    messages = [e for e in asked(live, connector) if e["data"]["missing"]]
    acknowledged(live, connector, messages)
    for each in messages[-1]["data"]["missing"]:
        device.sends(*(events[n] for n in range(each["first"], each["last"] + 1)))
    heard(device, 7)

    assert found == [(3, 3, 5, "open")]
    (message,) = messages
    assert message["data"] == {
        "source": device.source,
        "rebirth": False,
        "missing": [{"boot": 3, "first": 3, "last": 5}],
    }
    assert [state for *_range, state in gaps(device)] == ["filled"]
    assert device.row("sequence") == (7,)


def test_h3_message_asks_for_what_the_contract_allows(live, connector, device):
    schema = json_http.get(f"{live.url}/mfg/v1/contracts/{RESEND}").json
    device.sends(device.event(sequence="1-1"))
    heard(device, 1)

    (event,) = asked(live, connector)

    # It was never heard before, so it is asked for the states of its machines.
    assert event["data"] == {"source": device.source, "rebirth": True, "missing": []}
    assert set(schema["schema"]["required"]) == set(event["data"])


def test_h4_silent_device_is_stale_and_comes_back(live, connector, device):
    equipment, robot = given_machine(live, connector)
    birth = device.event("mfg.device.birth.v1", "1-1", boot=1, heartbeat_s=1)
    device.sends(birth, running(device, robot, "1-2"))
    until(lambda: device.row("heartbeat_s") == (1,), f"{device.source} is born")
    until(lambda: availability(live, equipment) == "running", f"{robot} runs")

    until(
        lambda: sweep(live) or device.row("state") == ("stale",),
        f"{device.source} is silent",
    )
    silent = availability(live, equipment)
    device.sends(running(device, robot, "1-3"))
    until(lambda: availability(live, equipment) == "running", f"{robot} runs again")

    assert silent == "unknown"
    assert device.row("absent_since") == (None,)


def test_h5_back_filled_events_are_kept_and_move_nothing(live, connector, device):
    equipment, robot = given_machine(live, connector)
    device.sends(running(device, robot, "1-3"))
    until(lambda: availability(live, equipment) == "running", f"{robot} runs")
    before = device.row("last_seen_at", "boot", "sequence", "state")

    late = running(device, robot, "1-2", name="Aborted", historical=True)
    device.sends(late, device.event(sequence="1-1", historical=True))
    heard(device, 3)
    until(lambda: not under_way(live, connector), "what came late is handled")

    assert device.row("last_seen_at", "boot", "sequence", "state") == before
    assert availability(live, equipment) == "running"
    assert not live.session().search(
        "maintenance.request", [("equipment_id", "=", equipment)]
    )


def test_h4_death_is_told_on_the_machine_and_a_birth_ends_it(live, connector, device):
    equipment, robot = given_machine(live, connector)
    device.sends(running(device, robot, "1-1"))
    until(lambda: availability(live, equipment) == "running", f"{robot} runs")

    device.sends(device.event("mfg.device.death.v1", "1-2", reason="Panel is cleaned"))
    until(lambda: device.row("state") == ("dead",), f"{device.source} is off")
    silence = live.session().read("maintenance.equipment", equipment, "mfg_silence")
    unknown = availability(live, equipment)
    device.sends(device.event("mfg.device.birth.v1", "2-1", boot=2, heartbeat_s=30))
    until(lambda: device.row("heartbeat_s") == (30,), f"{device.source} is born")

    assert unknown == "unknown"
    assert "Panel is cleaned" in silence["mfg_silence"]
    assert device.row("state", "boot") == ("online", 2)
    assert availability(live, equipment) == "unknown"


def running(device, robot, sequence, *, name="Execute", historical=False):
    """That the robot runs, or does something else, at this moment."""
    event = device.event(
        STATE, sequence, historical=historical, equipment=robot, state=name
    )
    # What was back-filled happened before.
    age_s = 3600 if historical else 0
    moment = time.gmtime(time.time() - age_s)
    return {**event, "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", moment)}


def availability(live, equipment):
    return live.value(
        "SELECT mfg_availability FROM maintenance_equipment WHERE id = %s", equipment
    )


def under_way(live, connector):
    return live.value(
        "SELECT count(*) FROM mfg_inbox_event WHERE connector_id = %s"
        " AND state IN ('received', 'processing', 'retry')",
        connector.id,
    )


def ask_now(live, device):
    """A person does not want to wait until the gap is asked for."""
    admin = live.session()
    found = admin.search("mfg.edge.gap", [("device_id", "=", device.row("id")[0])])
    admin.call("mfg.edge.gap", "action_ask_now", found)
