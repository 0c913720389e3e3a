"""Which numbers of a device are missing, whatever order they come in."""

from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_edge.protocols.sequence_gaps import (
    Numbers,
    before_the_first,
    go_on,
    left_of,
)

#: Requests of a device, in any order of its numbers, with repeats.
REQUESTS = st.lists(
    st.lists(st.integers(1, 60), min_size=1, max_size=12), min_size=1, max_size=12
)


def ranges(numbers):
    """The numbers as the aggregator hears them: ranges, in their order."""
    found = []
    for number in sorted(set(numbers)):
        if found and found[-1].last == number - 1:
            found[-1] = Numbers(found[-1].first, number)
        else:
            found.append(Numbers(number, number))
    return found


def followed(requests, *, is_known):
    """The highest number seen and all that is missing, after these requests."""
    highest, missing = None, []
    for request in requests:
        seen = ranges(request)
        if highest is None:
            highest = before_the_first(seen[0].first, is_known=is_known)
        missing = [left for gap in missing for left in left_of(gap, seen)]
        highest, found = go_on(highest, seen)
        missing += found
    return highest, missing


def test_h3_what_was_never_seen_is_missing():
    highest, missing = followed([[1, 2, 3], [7, 8], [10]], is_known=True)

    assert highest == 10
    assert missing == [Numbers(4, 6), Numbers(9, 9)]


def test_h3_what_comes_late_shrinks_splits_and_fills_a_gap():
    gap = Numbers(4, 9)

    assert left_of(gap, ranges([4, 5])) == [Numbers(6, 9)]
    assert left_of(gap, ranges([8, 9, 10])) == [Numbers(4, 7)]
    assert left_of(gap, ranges([2, 6, 7])) == [Numbers(4, 5), Numbers(8, 9)]
    assert left_of(gap, ranges(range(1, 12))) == []
    assert left_of(gap, ranges([1, 2, 3, 10])) == [gap]


def test_h3_of_a_device_that_is_new_here_nothing_is_owed():
    assert followed([[500, 501], [498]], is_known=False)[1] == []


def test_h3_of_a_device_that_is_known_the_first_numbers_are_owed():
    assert followed([[3]], is_known=True)[1] == [Numbers(1, 2)]
    assert followed([[0, 1]], is_known=True)[1] == []


def test_h3_gap_of_a_thousand_million_is_one_gap():
    _highest, missing = followed([[1], [10**18]], is_known=True)

    assert missing == [Numbers(2, 10**18 - 1)]


@given(REQUESTS)
def test_h3_any_order_leaves_exactly_what_was_never_seen(requests):
    seen = {number for request in requests for number in request}

    highest, missing = followed(requests, is_known=True)

    told = [n for gap in missing for n in range(gap.first, gap.last + 1)]
    assert highest == max(seen)
    assert sorted(told) == sorted(set(range(1, max(seen))) - seen)
