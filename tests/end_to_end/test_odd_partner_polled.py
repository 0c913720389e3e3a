"""A vendor with odd habits that calls nobody is read by configuration alone."""

import pytest

from devkit.plant import PEER_NETWORK, connection_user
from devkit.poll import until
from tests.fakes.fixtures import GEARHART_PASSWORD, GEARHART_USER

CODE = "gearhart-list"


@pytest.fixture(scope="module")
def gearhart(plant_server):
    """Gearhart in a process of its own, and the connector that reads its orders."""
    peer = plant_server.hire(
        "gearhart", f"--user={GEARHART_USER}", f"--password={GEARHART_PASSWORD}"
    )
    admin = plant_server.session()
    peer.connector_id = admin.create(
        "mfg.connector",
        name="Gearhart orders",
        code=CODE,
        template="gearhart_list",
        base_url=peer.url,
        allowed_networks=PEER_NETWORK,
        username=GEARHART_USER,
        outbound_secret=GEARHART_PASSWORD,
        user_id=connection_user(admin, CODE, "Gearhart orders"),
        retry_base_s=0.2,
    )
    admin.call("mfg.connector", "action_go_live", [peer.connector_id])
    yield peer
    admin.write("mfg.connector", peer.connector_id, active=False)


def open_orders(gearhart, count):
    """Orders that somebody opens at the vendor's own screen; their numbers."""
    made = [
        gearhart.control("orders", title=f"Order {number}", machine="R1")
        for number in range(count)
    ]
    return [str(one["order"]["no"]) for one in made]


def told(live, gearhart):
    """``{order: [versions that had an effect, in order]}``; 0 = removed."""
    found = {}
    for key, number in live.sql(
        """
        SELECT effect.lane_key, effect.number
          FROM mfg_test_effect effect
          JOIN mfg_inbox_event event ON event.event_id = effect.name
         WHERE event.connector_id = %s
         ORDER BY effect.id
        """,
        gearhart.connector_id,
    ):
        found.setdefault(key, []).append(number)
    return found


def error_of(live, gearhart):
    return live.value(
        "SELECT error FROM mfg_source WHERE connector_id = %s", gearhart.connector_id
    )


def test_orders_are_read_through_sessions_cursors_and_refusals(live, gearhart):
    opened = open_orders(gearhart, 12)
    until(lambda: set(told(live, gearhart)) == set(opened), "all orders are read")

    gearhart.control("sessions")
    gearhart.control(f"orders/{opened[2]}", state="WORKING")
    until(lambda: told(live, gearhart)[opened[2]] == [1, 2], "the change is read")

    gearhart.control("manners", refuse_times=1, refuse_status=429, retry_after_s=2)
    until(lambda: "429" in (error_of(live, gearhart) or ""), "it is asked too often")
    gearhart.control(f"orders/{opened[3]}", removed=True)
    until(lambda: told(live, gearhart)[opened[3]] == [1, 0], "the removal is read")

    assert error_of(live, gearhart) is None
    assert {
        key: versions
        for key, versions in told(live, gearhart).items()
        if versions != [1]
    } == {opened[2]: [1, 2], opened[3]: [1, 0]}
