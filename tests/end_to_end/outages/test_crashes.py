"""``kill -9`` and lost connections in the middle of a delivery: one effect, always."""

from functools import partial

import pytest

from devkit import own_postgres
from devkit.plant import release_order
from devkit.poll import until

from ..maintenance_requests import (
    assert_one_work_order,
    request_maintenance,
    work_orders,
)


def requests_in_mid_delivery(live, number=1):
    """Requests that a CMMS without idempotency accepted and has not answered."""
    live.cmms.control("manners", mode="naive", late_times=number, late_s=600)
    requests = [request_maintenance(live) for _ in range(number)]
    for request in requests:
        until(partial(work_orders, live, request), "the CMMS accepts")
    return requests


def test_a1_killed_processes_in_mid_delivery_make_one_work_order_each(live):
    requests = requests_in_mid_delivery(live, number=2)

    live.kill_odoo()
    live.start_odoo(append=True)

    for request in requests:
        assert_one_work_order(live, request)


def test_a1_killed_server_in_the_middle_of_a_batch_loses_and_doubles_nothing(live):
    order = release_order(
        live.session(), live.plant.product_id, live.plant.bom_id, "GB-200-KILL"
    )
    live.machine.control("play", chapter="morning", job_order=order.name)

    live.http.kill()
    live.http.start(append=True)
    live.wait_for_odoo()

    until(lambda: machine_is_done(live), "the machine got rid of all", within_s=60)
    until(lambda: counts(live, order) == [(47, 1)], "all is counted", within_s=60)


def test_a1_crash_of_postgresql_in_mid_delivery_makes_one_work_order(live):
    (request_id,) = requests_in_mid_delivery(live)

    own_postgres.crash()
    until(live.is_steady, "the Odoo server answers again", within_s=60)

    assert_one_work_order(live, request_id)


@pytest.mark.parametrize(
    "manners",
    [
        {"drop_times": 1},
        {"refuse_times": 2},
        {"refuse_times": 1, "refuse_status": 429, "retry_after_s": 2},
        {"stall_times": 1},
    ],
    ids=lambda manners: "-".join(manners),
)
def test_cmms_that_misbehaves_makes_one_work_order(live, manners):
    live.cmms.control("manners", mode="naive", **manners)

    request_id = request_maintenance(live)

    assert_one_work_order(live, request_id)


def test_cmms_that_dies_after_the_effect_makes_one_work_order(live):
    live.cmms.control("manners", mode="naive", die="after_effect")
    request_id = request_maintenance(live)
    until(lambda: not live.cmms.process.is_running, "the CMMS dies")

    live.cmms.start(append=True)
    live.cmms.wait()

    assert_one_work_order(live, request_id)


def machine_is_done(live):
    progress = live.machine.progress()
    return not progress["playing"] and not progress["owed"]


def counts(live, order):
    return live.sql(
        "SELECT mfg_good_quantity, mfg_scrap_quantity FROM mrp_production"
        " WHERE id = %s",
        order.id,
    )
