"""A burst or an outage of one partner is no matter of the others."""

import contextlib
import socket

import pytest

from devkit import chaos_load
from devkit.poll import until

from .maintenance_requests import assert_one_work_order, request_maintenance

BURST, LANES = 800, 50
THINK_S = 0.25
FINISHED_WITHIN_S = 240


@pytest.fixture
def other_plant(live):
    """Id of a connector beside the one that the test looks at; at the end it works."""
    connector_id = chaos_load.connector(live)
    yield connector_id
    point_to(live, connector_id, live.cmms.url)


@pytest.fixture
def partner_in_coma():
    """Address of a partner that lets everybody connect and answers nobody."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0), backlog=512)) as it:
        yield f"http://127.0.0.1:{it.getsockname()[1]}"


def test_a18_burst_at_one_connector_does_not_delay_another(live, other_plant):
    # So the burst takes long on any machine.
    live.cmms.control("manners", think_s=THINK_S)
    burst = chaos_load.owe(live, other_plant, BURST, LANES)
    until(lambda: delivered(live, burst), "the burst is under way")

    request_id = request_maintenance(live)

    assert_one_work_order(live, request_id)
    wait_for_all(live, burst)
    assert place(live, request_id) < last_place(live, burst)


def test_n4_outage_of_one_plants_partner_does_not_delay_another_plant(
    live, other_plant, partner_in_coma
):
    point_to(live, other_plant, partner_in_coma)
    owed = chaos_load.owe(live, other_plant, LANES, LANES)
    until(lambda: tried(live, owed), "the partner is being called")

    request_id = request_maintenance(live)

    assert_one_work_order(live, request_id)
    assert not delivered(live, owed)
    point_to(live, other_plant, live.cmms.url)
    wait_for_all(live, owed)


def place(live, request_id):
    """When the CMMS made the work order of a request: its place among all of them."""
    (uuid,) = uuids(
        live, "res_model = 'maintenance.request' AND res_id = %s", request_id
    )
    return references(live).index(uuid)


def last_place(live, messages):
    """When the CMMS made the last work order of these messages."""
    ours = set(uuids(live, "id = ANY(%s)", messages))
    return max(at for at, uuid in enumerate(references(live)) if uuid in ours)


def references(live):
    """What the work orders of the CMMS come from, in the order it made them."""
    created = live.cmms.ledger("created")
    return [line["order"]["external_ref"] for line in created]


def uuids(live, condition, value):
    rows = live.sql(f"SELECT uuid FROM mfg_outbox_message WHERE {condition}", value)
    return [uuid for (uuid,) in rows]


def wait_for_all(live, messages):
    """Whoever was kept waiting has a turn, too."""
    until(
        lambda: delivered(live, messages) == len(messages),
        "all messages are delivered",
        within_s=FINISHED_WITHIN_S,
    )


def delivered(live, messages):
    return live.value(
        "SELECT count(*) FROM mfg_outbox_message"
        " WHERE id = ANY(%s) AND state = 'delivered'",
        messages,
    )


def tried(live, messages):
    return live.value(
        "SELECT count(*) FROM mfg_delivery_attempt WHERE message_id = ANY(%s)",
        messages,
    )


def point_to(live, connector_id, url):
    live.session().write("mfg.connector", connector_id, base_url=url)
