"""The sweeper: asks the runner while it lives, works itself when it does not."""

import pytest
from mfg_integration_core.protocols.sweep import (
    ALIVE,
    DEAD,
    DEAF,
    ConnectorDue,
    DrainHere,
    ReleaseExpired,
    Wake,
    decide,
    runner_state,
)

NOW = 10_000.0


def due(connector=1, slots=2, lanes=1, since=NOW - 60, expired_leases=0):
    return ConnectorDue(connector, slots, lanes, since, expired_leases)


def test_nothing_due_needs_nothing():
    assert decide(NOW, True, None, []) == []
    assert decide(NOW, False, None, [due(lanes=0, since=None)]) == []


@pytest.mark.parametrize(("lanes", "slots"), [(1, 1), (2, 2), (500, 2)])
def test_forgotten_lanes_wake_no_more_slots_than_they_need(lanes, slots):
    assert decide(NOW, True, None, [due(lanes=lanes)]) == [Wake(1, slots=slots)]


def test_young_work_is_left_to_its_own_wake_job():
    assert decide(NOW, True, None, [due(since=NOW - 1)]) == []


def test_dead_runner_makes_the_sweeper_drain_even_young_work():
    assert decide(NOW, False, None, [due(since=NOW)]) == [DrainHere(1)]


def test_wake_job_left_for_over_two_minutes_counts_as_a_dead_runner():
    assert decide(NOW, True, NOW - 120, [due()]) == [Wake(1, slots=1)]
    assert decide(NOW, True, NOW - 121, [due()]) == [DrainHere(1)]


@pytest.mark.parametrize("runner_alive", [True, False])
def test_expired_leases_are_released_first_and_worked_on(runner_alive):
    actions = decide(
        NOW, runner_alive, None, [due(lanes=0, since=None, expired_leases=1)]
    )

    assert actions[0] == ReleaseExpired(1)
    assert actions[1:] == [Wake(1, slots=1) if runner_alive else DrainHere(1)]


def test_connector_that_waits_longest_comes_first():
    connectors = [
        due(1, since=NOW - 10),
        due(2, since=NOW - 99),
        due(3, since=NOW - 50),
    ]

    actions = decide(NOW, False, None, connectors)

    assert [action.connector for action in actions] == [2, 3, 1]


@pytest.mark.parametrize(
    ("holds_lock", "oldest_wake_job_at", "runs_jobs", "state"),
    [
        (True, None, False, ALIVE),
        (True, NOW - 30, False, ALIVE),
        (True, NOW - 31, False, DEAF),
        (True, NOW - 31, True, ALIVE),
        (True, NOW - 121, True, DEAF),
        (True, NOW + 600, False, ALIVE),
        (False, None, True, DEAD),
    ],
)
def test_l4_runner_without_lock_is_dead_and_one_that_starts_nothing_is_deaf(
    holds_lock, oldest_wake_job_at, runs_jobs, state
):
    assert runner_state(NOW, holds_lock, oldest_wake_job_at, runs_jobs) == state
