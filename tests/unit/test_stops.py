from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_edge.protocols.state_history import UNKNOWN, Point
from mfg_integration_edge.protocols.stops import (
    Known,
    Stop,
    reconcile,
    standstills,
    stops,
)

from .test_state_history import POINTS, at

MINUTE = timedelta(minutes=1)


def points(*told):
    """``(second, state)`` as points, in the order in which they came."""
    return [Point(at(s), state, row_id=n) for n, (s, state) in enumerate(told)]


def test_stop_lasts_until_the_machine_produces_again():
    told = points(
        (0, "Execute"), (10, "Held"), (80, "Unholding"), (90, "Execute"), (95, "Idle")
    )

    assert stops(told, MINUTE, now=at(100)) == [Stop(at(10), at(90), "Held")]


def test_stop_that_goes_on_has_no_end_and_counts_once_it_is_long_enough():
    told = points((0, "Execute"), (10, "Stopped"))

    assert stops(told, MINUTE, now=at(69)) == []
    assert stops(told, MINUTE, now=at(70)) == [Stop(at(10), None, "Stopped")]


def test_fault_is_a_stop_however_short_it_was():
    told = [
        Point(at(0), "Execute", row_id=1),
        Point(at(10), "Holding", row_id=2),
        Point(at(11), "Aborted", row_id=3, is_fault=True),
        Point(at(12), "Execute", row_id=4),
    ]

    assert stops(told, MINUTE, now=at(100)) == [
        Stop(at(10), at(12), "Holding", is_fault=True)
    ]


def test_unknown_time_ends_a_stop_and_is_none():
    told = points((0, "Stopped"), (100, UNKNOWN), (500, "Stopped"), (700, "Execute"))

    assert stops(told, MINUTE, now=at(1000)) == [
        Stop(at(0), at(100), "Stopped", is_lost=True),
        Stop(at(500), at(700), "Stopped"),
    ]


def test_stop_that_a_late_state_lengthens_stays_the_same():
    known = [Known("stop-1", at(20), at(90))]

    kept, gone = reconcile(known, [Stop(at(10), at(90), "Held")])

    assert kept == [("stop-1", Stop(at(10), at(90), "Held"))]
    assert gone == []


def test_stop_that_a_late_state_cuts_in_two_is_the_first_of_them():
    parts = [Stop(at(10), at(40), "Held"), Stop(at(50), None, "Held")]

    kept, gone = reconcile([Known("stop-1", at(10), None)], parts)

    assert kept == [("stop-1", parts[0]), (None, parts[1])]
    assert gone == []


def test_stop_that_was_none_goes():
    assert reconcile([Known("stop-1", at(10), at(80))], []) == ([], ["stop-1"])


def test_stops_that_only_touch_are_two():
    kept, gone = reconcile(
        [Known("stop-1", at(10), at(20))], [Stop(at(20), at(90), "Held")]
    )

    assert kept == [(None, Stop(at(20), at(90), "Held"))]
    assert gone == ["stop-1"]


@given(POINTS, st.randoms(use_true_random=False))
def test_any_order_of_arrival_ends_with_the_stops_of_the_right_one(told, chance):
    now = at(4000)
    shuffled = list(told)
    chance.shuffle(shuffled)
    known: dict[int, Stop] = {}

    for count in range(1, len(shuffled) + 1):
        wanted = stops(shuffled[:count], MINUTE, now)
        listed = [Known(key, stop.begin, stop.end) for key, stop in known.items()]
        kept, gone = reconcile(listed, wanted)
        for key in gone:
            del known[key]
        for key, stop in kept:
            known[max(known, default=0) + 1 if key is None else key] = stop

    assert sorted(known.values()) == sorted(stops(told, MINUTE, now))
    assert all(stop.begin < (stop.end or datetime.max) for stop in standstills(told))
