"""Gates on the live server: two workers, where serialization failures are real.

Everything goes by JSON-RPC, as users who have no more rights than they need.
"""

import uuid

import pytest

from devkit import plant
from devkit.json_rpc import OdooError

from .order_people import (
    OPERATOR,
    WORKER,
    active_holds,
    at_once,
    finish,
    hired,
    lift,
    place,
    state,
)
from .sweeping import run_cron

ROUNDS = 4
SCHEDULER = "stock.ir_cron_scheduler_action"


@pytest.fixture(scope="module")
def people(plant_server):
    """Sessions of a worker and of two operators."""
    return hired(
        plant_server,
        {"gate-worker": WORKER, "gate-one": OPERATOR, "gate-two": OPERATOR},
    )


@pytest.fixture
def order_id(live):
    """An order that is ready to be finished."""
    admin, lot = live.session(), f"GATE-{uuid.uuid4().hex[:8]}"
    order = plant.release_order(admin, live.plant.product_id, live.plant.bom_id, lot)
    quantity = admin.read("mrp.production", order.id, "product_qty")["product_qty"]
    admin.write("mrp.production", order.id, qty_producing=quantity)
    return order.id


def reserved(live, order_id):
    return live.value(
        "SELECT reservation_state FROM mrp_production WHERE id = %s", order_id
    )


def test_d2_worker_does_not_finish_a_held_order(live, people, order_id):
    worker, operator, _other = people
    place(operator, order_id)

    with pytest.raises(OdooError, match="cannot be finished: blocked by .*E-STOP"):
        finish(worker, order_id)
    with pytest.raises(OdooError, match="cannot be finished"):
        worker.write("mrp.production", order_id, state="done")

    assert state(live, order_id) != "done"


def test_d2_scheduler_reserves_nothing_for_a_held_order(live, people, order_id):
    _worker, operator, _other = people
    admin = live.session()
    admin.call("mrp.production", "do_unreserve", [order_id])
    moves = admin.search("stock.move", [("raw_material_production_id", "=", order_id)])
    admin.call("stock.move", "write", moves, {"reservation_date": "2026-01-01"})
    place(operator, order_id)

    run_cron(live, SCHEDULER)
    assert reserved(live, order_id) == "confirmed"
    lift(operator, *active_holds(live, order_id))
    run_cron(live, SCHEDULER)

    assert reserved(live, order_id) == "assigned"


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_d2_hold_and_finish_at_once_never_both_win(live, people, order_id, _round):
    worker, operator, _other = people

    refused_hold, refused_finish = at_once(
        lambda: place(operator, order_id), lambda: finish(worker, order_id)
    )

    is_done = state(live, order_id) == "done"
    assert is_done == (refused_finish is None) == (refused_hold is not None)
    assert bool(active_holds(live, order_id)) != is_done


def test_d3_of_two_releases_at_once_one_lets_the_order_go_on(live, people, order_id):
    _worker, operator, other = people
    place(operator, order_id, "One")
    place(operator, order_id, "Two")
    first, second = active_holds(live, order_id)

    errors = at_once(lambda: lift(operator, first), lambda: lift(other, second))

    resumed = live.value(
        "SELECT count(*) FROM mfg_audit_entry WHERE res_model = 'mrp.production'"
        " AND res_id = %s AND action = 'order.resumed'",
        order_id,
    )
    assert errors == [None, None]
    assert (active_holds(live, order_id), resumed) == ([], 1)
    assert live.value(
        "SELECT mfg_state FROM mrp_production WHERE id = %s", order_id
    ) in ("released", "in_progress")
