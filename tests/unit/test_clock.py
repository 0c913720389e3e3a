from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.protocols.clock import believed, flagged, skew_s

NOON = datetime(2026, 3, 2, 12)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1))


def later(seconds):
    return NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("happened_s", "sent_s", "skew"),
    [
        (90, None, 90),
        (-7200, None, 0),  # came late, which says nothing about the clock
        (-7200, -90, -90),
        (-7200, 30, 30),
        (600, 30, 600),  # of what is behind the gateway that signs
        (None, None, 0),
    ],
)
def test_b8_future_is_a_wrong_clock_and_lateness_is_none(happened_s, sent_s, skew):
    happened = None if happened_s is None else later(happened_s)
    sent = None if sent_s is None else later(sent_s)

    assert skew_s(happened, NOON, sent) == skew


@pytest.mark.parametrize(
    ("skew", "told"), [(60, None), (60.6, 61), (-61, -61), (0, None)]
)
def test_b8_clock_is_flagged_over_the_limit_only(skew, told):
    assert flagged(skew, 60) == told


@given(st.lists(MOMENTS, min_size=1))
def test_b8_nothing_is_believed_to_be_later_than_it_came(moments):
    newest = max(believed(moment, NOON) for moment in moments)

    assert newest <= NOON
    # So what comes next and tells its time is never older than all before.
    assert believed(later(1), later(1)) > newest
