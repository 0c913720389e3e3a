"""Lanes: single decisions; ``tests/simulation`` plays them in random schedules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.protocols.lane import (
    FINAL,
    IN_FLIGHT,
    PARKING,
    READY,
    Deliver,
    Expire,
    HeadView,
    Idle,
    LaneView,
    Park,
    Recover,
    Wait,
    lease_deadline,
    lease_is_mine,
    may_send,
    next_step,
)

NOW = 1000.0
FREE = LaneView()
LEASED = LaneView(lease_token="a", lease_until=NOW + 60)
EXPIRED = LaneView(lease_token="a", lease_until=NOW)


@pytest.mark.parametrize(
    ("lane", "head", "step"),
    [
        (FREE, None, Idle()),
        (FREE, HeadView("delivered"), Idle()),
        (FREE, HeadView("pending"), Deliver(attempt=1)),
        (FREE, HeadView("received"), Deliver(attempt=1)),
        (FREE, HeadView("retry", NOW, attempt_count=3), Deliver(attempt=4)),
        (FREE, HeadView("retry", NOW + 1), Wait(NOW + 1)),
        (LaneView(next_at=NOW + 5), HeadView("pending"), Wait(NOW + 5)),
        (LEASED, HeadView("delivering"), Wait(NOW + 60)),
        (LEASED, HeadView("pending"), Wait(NOW + 60)),
        (EXPIRED, HeadView("delivering", attempt_count=1), Recover(attempt=2)),
        (EXPIRED, HeadView("processing", attempt_count=1), Recover(attempt=2)),
        (EXPIRED, HeadView("pending"), Deliver(attempt=1)),
        (FREE, HeadView("dead", reason="422"), Park("422")),
        (FREE, HeadView("held"), Park("held")),
        (FREE, HeadView("waiting"), Park("waiting")),
        (FREE, HeadView("waiting", NOW), Deliver(attempt=1)),
        (FREE, HeadView("waiting", NOW + 9), Wait(NOW + 9)),
        (FREE, HeadView("pending", expires_at=NOW), Expire()),
        (FREE, HeadView("delivering", expires_at=NOW), Recover(attempt=1)),
        (FREE, HeadView("retry", NOW + 9, expires_at=NOW + 3), Wait(NOW + 3)),
        (FREE, HeadView("retry", NOW + 9, expires_at=NOW + 30), Wait(NOW + 9)),
        (
            LaneView(parked=True, parked_reason="by hand"),
            HeadView("retry"),
            Park("by hand"),
        ),
        (FREE, HeadView("invented"), Park("unknown state invented")),
    ],
)
def test_lane_decides(lane, head, step):
    assert next_step(lane, head, NOW) == step


def test_holder_of_the_lease_goes_on_with_the_next_head():
    assert next_step(LEASED, HeadView("pending"), NOW, token="a") == Deliver(attempt=1)
    assert next_step(LEASED, HeadView("pending"), NOW, token="b") == Wait(NOW + 60)


def test_lease_ends_at_its_deadline():
    lane = LaneView(lease_token="a", lease_until=lease_deadline(NOW, 20))

    assert lease_is_mine(lane, "a", NOW + 49)
    assert not lease_is_mine(lane, "a", NOW + 50)
    assert not lease_is_mine(lane, "b", NOW)
    assert not lease_is_mine(FREE, "a", NOW)


def test_worker_sends_only_what_ends_before_its_lease():
    lane = LaneView(lease_token="a", lease_until=lease_deadline(NOW, 20))

    assert may_send(lane, "a", NOW + 29, total_timeout_s=20)
    assert not may_send(lane, "a", NOW + 31, total_timeout_s=20)


moments = st.none() | st.floats(0, 2 * NOW)
lanes = st.builds(
    LaneView,
    lease_token=st.none() | st.sampled_from("ab"),
    lease_until=moments,
    next_at=moments,
    parked=st.booleans(),
)
states = st.sampled_from(sorted(FINAL | PARKING | IN_FLIGHT | READY)) | st.text()
heads = st.none() | st.builds(
    HeadView, state=states, next_attempt_at=moments, expires_at=moments
)


@given(lanes, heads, st.none() | st.sampled_from("ab"))
def test_every_combination_has_a_step_and_no_wait_is_over(lane, head, token):
    step = next_step(lane, head, NOW, token)

    assert not isinstance(step, Wait) or step.until > NOW


@given(lanes, heads)
def test_nobody_works_in_a_lane_that_another_holds(lane, head):
    step = next_step(lane, head, NOW, token="mine")

    if lane.lease_token and lane.lease_until and lane.lease_until > NOW:
        assert isinstance(step, Wait | Idle)
