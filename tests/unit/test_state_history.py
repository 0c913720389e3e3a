from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_edge.protocols.state_history import (
    UNKNOWN,
    Point,
    Segment,
    seconds,
    segments,
)

NINE = datetime(2026, 3, 2, 9)
STATES = st.sampled_from(["Execute", "Held", "Idle", "Stopped", UNKNOWN])


def at(second: float) -> datetime:
    return NINE + timedelta(seconds=second)


POINTS = st.lists(
    st.builds(
        Point,
        st.integers(0, 3_600_000_000).map(
            lambda micros: NINE + timedelta(microseconds=micros)
        ),
        STATES,
        row_id=st.integers(0, 10**6),
    ),
    max_size=12,
    unique_by=lambda point: point.row_id,
)


def test_state_holds_until_the_next_one():
    points = [Point(at(10), "Execute"), Point(at(40), "Held")]

    assert segments(points, at(10), at(60)) == [
        Segment("Execute", at(10), at(40)),
        Segment("Held", at(40), at(60)),
    ]


def test_time_before_the_first_state_is_unknown_and_not_idle():
    assert seconds(segments([Point(at(10), "Idle")], at(0), at(60))) == {
        UNKNOWN: 10,
        "Idle": 50,
    }


def test_machine_that_never_told_anything_is_unknown_all_the_time():
    assert segments([], at(0), at(60)) == [Segment(UNKNOWN, at(0), at(60))]


def test_late_state_cuts_exactly_its_own_time():
    points = [Point(at(0), "Execute", row_id=1), Point(at(60), "Execute", row_id=2)]

    late = [*points, Point(at(20.25), "Held", row_id=3)]

    assert seconds(segments(late, at(0), at(100))) == {"Execute": 60.25, "Held": 39.75}


def test_same_state_told_twice_is_one_segment():
    points = [Point(at(0), "Held"), Point(at(30), "Held")]

    assert segments(points, at(0), at(60)) == [Segment("Held", at(0), at(60))]


def test_of_two_states_of_one_moment_the_later_in_sequence_holds():
    points = [
        Point(at(0), "Held", boot=7, sequence=12, row_id=1),
        Point(at(0), "Execute", boot=7, sequence=11, row_id=2),
    ]

    assert segments(points, at(0), at(60)) == [Segment("Held", at(0), at(60))]


def test_microseconds_are_summed_exactly():
    points = [
        Point(at(n / 10), "Execute" if n % 2 else "Held", row_id=n) for n in range(1000)
    ]

    assert seconds(segments(points, at(0), at(100)))["Held"] == 50.0


@given(POINTS, st.randoms(use_true_random=False))
def test_order_of_arrival_makes_no_difference_and_no_time_is_lost(points, chance):
    begin, end = at(600), at(3000)
    shuffled = list(points)
    chance.shuffle(shuffled)

    found = segments(shuffled, begin, end)

    assert found == segments(points, begin, end)
    assert [segment.begin for segment in found] == [
        begin,
        *[segment.end for segment in found[:-1]],
    ]
    assert found[-1].end == end
    assert all(
        one.state != other.state for one, other in zip(found, found[1:], strict=False)
    )
