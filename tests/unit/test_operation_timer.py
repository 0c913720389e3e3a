"""One timer at most is open, in whatever order its reports come."""

from datetime import datetime
from itertools import permutations

import pytest
from mfg_integration_mes.protocols.operation_timer import Said, work_out


def said(number, action, hour):
    return Said(number, action, datetime(2026, 3, 2, hour))


def stretches(timer):
    return [(each.start.hour, each.end and each.end.hour) for each in timer.intervals]


DAY = [
    said(1, "start", 8),
    said(2, "pause", 9),
    said(3, "resume", 10),
    said(4, "complete", 12),
]


@pytest.mark.parametrize("order", list(permutations(DAY)))
def test_g6_any_order_of_arrival_gives_the_same_times(order):
    timer = work_out(order)

    assert stretches(timer) == [(8, 9), (10, 12)]
    assert timer.completed_at.hour == 12
    assert set(timer.outcomes.values()) == {"applied"}


def test_g6_a_double_start_has_no_effect():
    timer = work_out([DAY[0], said(9, "start", 8), DAY[1]])

    assert stretches(timer) == [(8, 9)]
    assert timer.outcomes[9] == "no_effect"


def test_g7_a_completion_without_a_start_is_held():
    timer = work_out([said(4, "complete", 12)])

    assert timer.intervals == []
    assert timer.outcomes == {4: "held"}
    assert timer.completed_at is None
