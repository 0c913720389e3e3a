"""Many counts over many orders, through the door, to the last digit."""

import time
import uuid

import pytest

from devkit import plant
from devkit.counted_orders import CountedOrders
from devkit.json_rpc import OdooError
from devkit.poll import until

from .own_line import GATHERED_S, OwnLine

EVENTS, ORDERS = 100_000, 50
#: Whatever the machine and however busy; the bench measures.
PATIENCE_S = 120


def test_g5_many_counts_become_few_postings_and_exact_orders(live, capsys):
    orders = CountedOrders.confirmed(live, ORDERS)
    started = time.monotonic()
    with orders.held_back():
        orders.send(EVENTS)
    stored = time.monotonic() - started

    seconds = orders.posted()

    with capsys.disabled():
        print(
            f"\n{EVENTS} counts over {ORDERS} orders on {live.series.name}: stored in"
            f" {stored:.1f} s, on the orders in {seconds:.1f} s by"
            f" {orders.postings()} postings"
        )
    assert orders.totals() == orders.expected
    assert orders.postings() <= 3 * ORDERS
    assert seconds < PATIENCE_S
    assert counted(live, orders) == EVENTS


def counted(stage, orders):
    """How many machine events the orders' postings have in them."""
    return stage.value(
        "SELECT sum(event_count) FROM mfg_edge_window WHERE production_id = ANY(%s)",
        orders.ids,
    )


PULSES = 200


def test_g5_pulses_that_come_one_by_one_become_few_postings(gathering, capsys):
    line, run = OwnLine.built(gathering), uuid.uuid4().hex[:8]
    started = time.monotonic()
    for number in range(PULSES):
        line.machine_counts(1, f"pulse-{run}-{number}")
    seconds = time.monotonic() - started

    until(lambda: line.good_on_order() == PULSES, "the order has all pulses")
    postings = windows(gathering, line)

    with capsys.disabled():
        print(
            f"\n{PULSES} requests of one pulse in {seconds:.1f} s on"
            f" {gathering.series.name}: {postings} postings"
        )
    assert postings <= seconds / GATHERED_S + 2


def test_g5_state_change_shows_at_once_what_was_counted(gathering):
    plant.gather_counts(gathering.session(), 3600)
    line, run = OwnLine.built(gathering), uuid.uuid4().hex[:8]
    line.machine_counts(7, f"count-{run}")
    line.machine_says("Stopped", f"state-{run}")

    until(lambda: line.good_on_order() == 7, "the order has them")


def test_g5_order_that_somebody_finishes_gets_what_gathers_first(gathering):
    plant.gather_counts(gathering.session(), 3600)
    line, run = OwnLine.built(gathering), uuid.uuid4().hex[:8]
    line.machine_counts(7, f"count-{run}")
    until(lambda: windows(gathering, line) == 1, "they are summed")

    with pytest.raises(OdooError, match="7 good and 0 scrap"):
        finish(gathering, line)

    until(lambda: line.good_on_order() == 7, "they are on the order")
    finish(gathering, line)


def windows(stage, line):
    return stage.value(
        "SELECT count(*) FROM mfg_edge_window WHERE equipment = %s", line.machine
    )


def finish(stage, line):
    stage.session().call("mrp.production", "button_mark_done", [line.order.id])
