"""What the suite may cost the user who confirms or finishes an order.

Time is the bench's business; queries are the same on every machine.
"""

import pytest

from devkit.order_costs import compared, median_more_queries

PAIRS = 3


@pytest.fixture(scope="module")
def comparison(series, template, odoo_alone):
    with compared(series, template, odoo_alone) as both:
        yield both


@pytest.fixture(scope="module", params=["nobody subscribed", "a partner subscribed"])
def pairs(request, comparison):
    if request.param == "a partner subscribed":
        comparison.subscribe()
    return comparison.pairs(PAIRS)


def test_d2_confirming_an_order_costs_at_most_15_more_queries(pairs):
    assert median_more_queries(pairs, "confirm") <= 15


def test_d2_finishing_an_order_costs_at_most_25_more_queries(pairs):
    assert median_more_queries(pairs, "finish") <= 25
