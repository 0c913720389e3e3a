"""A copy of a live database sends nothing until a person arms it."""

import pytest

from devkit import json_http, stage
from devkit.json_rpc import OdooError
from devkit.poll import until

from .maintenance_requests import (
    is_delivered,
    request_maintenance,
    state_of,
    work_orders,
)
from .sweeping import sweep

MANY = 1000


@pytest.fixture
def owed(live):
    """A request that is owed to a CMMS which refuses every call."""
    for peer in (live.cmms, live.qms):
        peer.control("manners", refuse_times=MANY)
    request_id = request_maintenance(live)
    until(lambda: state_of(live, request_id) == "retry", "the CMMS refuses")
    return request_id


@pytest.fixture
def copy(live, owed):
    with stage.copied(live, "copy") as copy:
        copy.plant = live.plant
        copy.cmms = live.cmms
        yield copy
    live.wait_for_runner()


def test_k8_copy_of_a_live_database_sends_nothing_until_it_is_armed(live, owed, copy):
    admin = copy.session()
    arrived = calls_that_arrived(live)

    sweep(copy)
    copy.wait_for_runner()
    written_in_the_copy = request_maintenance(copy)
    drains = drains_done(copy)
    sweep(copy)
    until(lambda: drains_done(copy) > drains, "a job works on the copy's queues")

    assert calls_that_arrived(live) == arrived
    assert work_orders(copy, owed) == []
    assert state_of(copy, written_in_the_copy) == "pending"
    says_that_it_is_disarmed(copy, admin)
    assert calls_that_arrived(live) == arrived

    live.cmms.control("manners", refuse_times=0)
    admin.call("mfg.connector", "action_arm")

    for request_id in (owed, written_in_the_copy):
        until(lambda request=request_id: is_delivered(copy, request), "delivered")
        assert len(work_orders(copy, request_id)) == 1
    assert health(copy)["armed"]


def says_that_it_is_disarmed(copy, admin):
    """In health, on the connectors' forms, in Settings and at the connection test."""
    assert health(copy)["armed"] is False
    (connector_id,) = admin.search("mfg.connector", [("code", "=", "cmms")])
    assert admin.read("mfg.connector", connector_id, "armed")["armed"] is False
    settings_id = admin.create("res.config.settings")
    assert not admin.read("res.config.settings", settings_id, "mfg_is_armed")[
        "mfg_is_armed"
    ]
    with pytest.raises(OdooError, match="not armed"):
        admin.call("mfg.connector", "action_test_connection", [connector_id])


def calls_that_arrived(live):
    """How many calls the partners refused so far; they refuse every one."""
    peers = (live.cmms, live.qms)
    manners = [json_http.get(f"{peer.url}/_control/manners").json for peer in peers]
    return sum(MANY - each["refuse_times"] for each in manners)


def drains_done(copy):
    return copy.value(
        "SELECT count(*) FROM queue_job WHERE channel = 'root.mfg' AND state = 'done'"
    )


def health(copy):
    return json_http.get(f"{copy.url}/mfg/v1/health").json
