"""Circuit breaker: when it opens, what passes, and that it always closes again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.protocols.breaker import (
    CLOSED,
    HALF_OPEN,
    OPEN,
    Allow,
    BreakerPolicy,
    BreakerView,
    Probe,
    Refuse,
    after_failure,
    after_success,
    begin_probe,
    decide,
)

NOW = 1000.0
POLICY = BreakerPolicy()
FRESH = BreakerView()


def outcomes(text, view=FRESH):
    """The view after outcomes that happened one after the other, right now."""
    for outcome in text:
        if outcome == "x":
            view = after_failure(view, NOW, NOW, POLICY)
        else:
            view = after_success(view, NOW, POLICY)
    return view


@pytest.mark.parametrize(
    ("recent", "state"),
    [
        ("", CLOSED),
        ("xxxx", CLOSED),
        ("xxxxx", OPEN),
        (".x.x.x", OPEN),
        ("..x.x.x", CLOSED),
        ("x" * 4 + "." * 20 + "x" * 9, CLOSED),
        ("x" * 4 + "." * 20 + "x" * 10, OPEN),
    ],
)
def test_a10_opens_at_the_share_of_failures_among_the_recent(recent, state):
    assert outcomes(recent).state == state


def test_a10_open_refuses_until_the_pause_is_over_and_then_wants_a_probe():
    view = outcomes("xxxxx")

    assert decide(FRESH, NOW) == Allow()
    assert decide(view, NOW + 29.9) == Refuse(NOW + 30)
    assert decide(view, NOW + 30) == Probe()


def test_a10_only_one_probe_is_on_its_way():
    view = begin_probe(outcomes("xxxxx"), NOW + 30, longest_s=60)

    assert decide(view, NOW + 31) == Refuse(NOW + 90)


def test_a10_a_lost_probe_is_followed_by_another():
    view = begin_probe(outcomes("xxxxx"), NOW + 30, longest_s=60)

    assert decide(view, NOW + 90) == Probe()


def test_a10_a_probe_that_succeeds_closes_and_forgets():
    view = begin_probe(outcomes("xxxxx"), NOW + 30, longest_s=60)

    view = after_success(view, NOW + 30, POLICY)

    assert (view.state, view.recent, view.openings) == (CLOSED, "", 0)


def test_a10_pauses_double_up_to_the_longest():
    view, pauses = outcomes("xxxxx"), []

    for _failure in range(6):
        pauses.append(view.until - view.since)
        view = begin_probe(view, view.until, longest_s=60)
        view = after_failure(view, view.since, view.since + 1, POLICY)

    assert pauses == [30, 60, 120, 240, 300, 300]


def test_a10_pause_is_never_shorter_than_the_partner_asked_for():
    view = after_failure(outcomes("xxxx"), NOW, NOW, POLICY, retry_after=900)

    assert view.until == NOW + 900


@pytest.mark.parametrize("state", [OPEN, HALF_OPEN])
def test_a10_what_began_before_the_state_did_says_nothing(state):
    view = BreakerView(state, since=NOW, until=NOW + 30, openings=1)

    assert after_success(view, NOW - 1, POLICY) == view
    assert after_failure(view, NOW - 1, NOW, POLICY) == view


@given(st.text(alphabet=".x", max_size=60))
def test_a10_memory_is_bounded_and_a_healthy_endpoint_changes_nothing(recent):
    view = outcomes(recent)

    assert len(view.recent) <= POLICY.window
    if view.recent == "." * POLICY.window:
        assert after_success(view, NOW, POLICY) == view


@pytest.mark.parametrize(
    "numbers",
    [
        {"failure_share": 0},
        {"failure_share": 1.1},
        {"least_outcomes": 0},
        {"least_outcomes": 21},
        {"pause_s": 0},
        {"pause_s": 600},
    ],
)
def test_a10_numbers_that_make_no_breaker_are_refused(numbers):
    with pytest.raises(ValueError):
        BreakerPolicy(**numbers)
