"""A hundred thousand counts over fifty orders, through the door, to the last digit."""

import time

from devkit.counted_orders import CountedOrders

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
