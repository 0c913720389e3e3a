"""Proof that the simulation would notice: each decision, once spoiled, is caught.

A simulation that finds nothing says something only when it finds what is there.
"""

import dataclasses

import pytest
from mfg_integration_core.protocols.breaker import Allow, Refuse
from mfg_integration_core.protocols.lane import Deliver, Park, Recover, Wait

from .decisions import Decisions
from .explore import first_failure

MOST_SCHEDULES = 5_000


class ResultsCountWithoutLease(Decisions):
    @staticmethod
    def holds_lease(mine, stored):
        return True


class LeaseShorterThanAnExchange(Decisions):
    @staticmethod
    def lease_deadline(now, total_timeout_s):
        return now + 10

    @staticmethod
    def may_send(lane, token, now, total_timeout_s):
        return now < lane.lease_until


class FrozenWorkerSends(Decisions):
    @staticmethod
    def may_send(lane, token, now, total_timeout_s):
        return True


class NobodyLooksUp(Decisions):
    @staticmethod
    def must_look_up(attempt):
        return False


class LostMessageIsSkipped(Decisions):
    @staticmethod
    def next_step(lane, head, now, token=None):
        step = Decisions.next_step(lane, head, now, token)
        return Park("lost") if isinstance(step, Recover) else step


class ExpiredMessageIsSent(Decisions):
    @staticmethod
    def next_step(lane, head, now, token=None):
        immortal = head and dataclasses.replace(head, expires_at=None)
        return Decisions.next_step(lane, immortal, now, token)

    @staticmethod
    def is_fresh(expires_at, now):
        return True


class RetryComesTooEarly(Decisions):
    @staticmethod
    def next_step(lane, head, now, token=None):
        step = Decisions.next_step(lane, head, now, token)
        is_early = isinstance(step, Wait) and head and head.state == "retry"
        return Deliver(head.attempt_count + 1) if is_early else step


class OpenBreakerLetsPass(Decisions):
    @staticmethod
    def admit(view, now):
        return Allow()


class LostProbeIsAwaitedForEver(Decisions):
    @staticmethod
    def admit(view, now):
        if view.state == "half_open":
            return Refuse(now + 60)
        return Decisions.admit(view, now)


class BreakerNeverCloses(Decisions):
    @staticmethod
    def after_success(view, began_at, policy):
        return view


class RetryWaitsForDays(Decisions):
    @staticmethod
    def delay_before(attempt, policy, retry_after, random):
        return 1e6


class SweeperDoesNothing(Decisions):
    @staticmethod
    def sweep(now, runner_alive, oldest_wake_job_at, due):
        return []


@pytest.mark.parametrize(
    "spoiled", Decisions.__subclasses__(), ids=lambda spoiled: spoiled.__name__
)
def test_a_spoiled_decision_is_found(spoiled):
    failure = first_failure(0, MOST_SCHEDULES, spoiled)

    assert failure, f"{spoiled.__name__} went unnoticed"


def test_a_seed_replays_exactly_the_schedule_that_broke():
    seed, what = first_failure(0, MOST_SCHEDULES, ResultsCountWithoutLease)

    again = first_failure(seed, 1, ResultsCountWithoutLease)

    assert again == (seed, what)
