"""Retries: when the next attempt is due, and that a day's outage is survived."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.exceptions import PermanentDeliveryError
from mfg_integration_core.protocols.retry_policy import (
    RetryPolicy,
    delay_before,
    least_span_s,
)

DEFAULT = RetryPolicy()


def test_first_attempt_does_not_wait():
    assert delay_before(1, DEFAULT) == 0


def test_waits_double_up_to_the_cap():
    waits = [delay_before(number, DEFAULT, random=lambda: 0) for number in range(2, 21)]

    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-1] == 14400
    assert waits == sorted(waits)


def test_default_schedule_spans_more_than_27_hours():
    assert least_span_s(DEFAULT) >= 27 * 3600


@given(st.integers(1, 20), st.floats(0, 1, exclude_max=True))
def test_wait_is_the_planned_one_plus_at_most_the_random_share(attempt, share):
    planned = delay_before(attempt, DEFAULT, random=lambda: 0)

    wait = delay_before(attempt, DEFAULT, random=lambda: share)

    assert planned <= wait <= planned * 1.2


@given(st.integers(1, 20), st.floats(0, 10**6))
def test_wait_is_never_less_than_the_remote_asked_for(attempt, retry_after):
    assert delay_before(attempt, DEFAULT, retry_after) >= retry_after


def test_attempt_beyond_the_schedule_is_permanent():
    with pytest.raises(PermanentDeliveryError) as caught:
        delay_before(21, DEFAULT)

    assert caught.value.code == "attempts_exhausted"


def test_long_schedule_does_not_overflow():
    policy = RetryPolicy(max_attempts=100_000)

    assert delay_before(100_000, policy, random=lambda: 0) == policy.cap_s


@pytest.mark.parametrize(
    "numbers",
    [
        {"base_s": 0},
        {"base_s": 10, "cap_s": 5},
        {"factor": 0.5},
        {"jitter": -1},
        {"max_attempts": 0},
    ],
)
def test_numbers_that_make_no_schedule_are_refused(numbers):
    with pytest.raises(ValueError):
        RetryPolicy(**numbers)
