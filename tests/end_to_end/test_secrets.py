"""Secrets of a running plant: rotated without a gap, nowhere to be found in clear."""

import base64
import json
import subprocess

import pytest

from devkit import embedded_postgres, postgres
from devkit.poll import until
from devkit.process import environment

from .doors import EVENTS, letter
from .maintenance_requests import is_delivered, request_maintenance
from .own_partner import Partner, basic

CONNECTORS = {
    "assembly-edge": {"inbound_secret": "machine"},
    "cmms": {"outbound_secret": "cmms_token", "inbound_secret": "cmms_webhook"},
    "qms": {"outbound_secret": "qms_key", "inbound_secret": "qms_webhook"},
}
EXPORTED = (
    "mfg.connector",
    "mfg.secret",
    "mfg.api.key",
    "mfg.delivery.attempt",
    "mfg.outbox.message",
    "mfg.inbox.event",
    "mfg.audit.entry",
    "mail.message",
    "mail.tracking.value",
)


# ------------------------------------------------------------------ rotation


def test_c5_partner_signs_with_either_secret_until_the_cut_off_then_with_the_new(live):
    old = live.secrets.machine
    try:
        new = rotate(live, "assembly-edge")
        assert [answer_to(live, secret) for secret in (old, new)] == [202, 202]

        end_the_old_one(live, "assembly-edge")
        assert [answer_to(live, secret) for secret in (old, new)] == [401, 202]
    finally:
        connector_id = connector(live, "assembly-edge")
        live.session().write("mfg.connector", connector_id, inbound_secret=old)


def rotate(live, code):
    """Rotate as an administrator does; the secret as it is shown."""
    admin = live.session()
    wizard_id = admin.create("mfg.secret.rotate", connector_id=connector(live, code))
    shown = admin.call("mfg.secret.rotate", "action_rotate", [wizard_id])
    return shown["params"]["message"]


def end_the_old_one(live, code):
    """Let the cut-off pass."""
    admin = live.session()
    domain = [
        ("connector_id", "=", connector(live, code)),
        ("purpose", "=", "inbound"),
        ("valid_until", "!=", False),
    ]
    old = admin.search("mfg.secret", domain)
    admin.call("mfg.secret", "write", old, {"valid_until": "2026-01-01 00:00:00"})


def answer_to(live, secret):
    """Status of the door's answer to a letter that is signed with that secret."""
    sent = letter(EVENTS)
    sent.secret = secret
    return sent.post(live).status


def connector(live, code):
    (connector_id,) = live.session().search("mfg.connector", [("code", "=", code)])
    return connector_id


# ------------------------------------------------------------------- search


@pytest.fixture
def busy(live):
    """The plant after deliveries, refusals, a wrong signature and changed secrets."""
    admin = live.session()
    for code, fields in CONNECTORS.items():
        values = {name: getattr(live.secrets, key) for name, key in fields.items()}
        admin.write("mfg.connector", connector(live, code), username="hub", **values)
    live.cmms.control("manners", refuse_times=1)
    request_id = request_maintenance(live)
    until(lambda: is_delivered(live, request_id), "delivered after a refusal")
    spoiled = letter(EVENTS)
    spoiled.signed = b"something else"
    assert spoiled.post(live).status == 401
    assert letter(EVENTS).post(live).status == 202
    admin.call("mfg.connector", "action_test_connection", [connector(live, "cmms")])
    live.shown_once = keys_in_use(live)
    return live


def keys_in_use(live):
    """Keys of two partners that were sent, one rightly and one to the wrong door."""
    keyed = Partner(live, inbound_auth="api_key")
    named = Partner(
        live, inbound_auth="basic", inbound_username="hub", basic_allowed=True
    )
    key, password = keyed.new_key(), named.new_key()
    assert keyed.send(f"Bearer {key}").status == 202
    assert named.send(basic("hub", password)).status == 202
    assert named.send(f"Bearer {key}").status == 401
    assert keyed.send(f"Bearer {password}").status == 401
    return {"API key": key, "password": password}


def test_k2_no_secret_is_found_in_dump_logs_chatter_or_export(busy):
    places = {
        "dump": dump(busy),
        "log of the server": busy.http.log.read_bytes(),
        "log of the jobs": busy.jobs.log.read_bytes(),
        **{f"export of {model}": export(busy, model) for model in EXPORTED},
    }

    assert b"Grease the gripper" in places["dump"]
    assert b"***" in places["dump"]
    assert all(places.values())
    found = [
        (name, place)
        for name, secret in every_secret(busy).items()
        for place, content in places.items()
        if any(disguise in content for disguise in disguises(secret))
    ]
    assert found == []


def every_secret(live):
    """What was entered or generated on connectors, and the deployment's keys."""
    secrets = vars(live.secrets) | live.shown_once
    return {name: value.removeprefix("whsec_") for name, value in secrets.items()}


def disguises(secret):
    """The secret in clear, and as a dump or a header may show it."""
    clear = secret.encode()
    encoded = {clear, clear.hex().encode()}
    for username in ("", "hub:"):
        pair = base64.b64encode(f"{username}{secret}".encode())
        encoded |= {pair, pair.hex().encode()}
    return encoded


def dump(live):
    """The whole database as text, large objects included."""
    server = postgres.ensure_running()
    return subprocess.run(
        [embedded_postgres.programs() / "pg_dump", "--inserts", "-d", live.database],
        env=environment(server.environment),
        capture_output=True,
        check=True,
    ).stdout


def export(live, model):
    """What an administrator gets who exports every field of every record."""
    admin = live.session()
    fields = admin.call(model, "fields_get", [], ["type", "exportable"])
    names = [
        name
        for name, field in fields.items()
        if field.get("exportable", True)
        and field["type"] not in ("one2many", "many2many")
    ]
    rows = admin.call(model, "export_data", admin.search(model, []), names)
    return json.dumps(rows).encode()
