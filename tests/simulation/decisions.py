"""Every decision that a schedule asks for, so that a test can spoil one of them."""

from mfg_integration_core.protocols import breaker, lane, retry_policy, sweep


class Decisions:
    """The decisions as they are.

    Most are functions of ``protocols/``; the last three are one condition each in a
    statement or an adapter of ours.
    """

    next_step = staticmethod(lane.next_step)
    lease_deadline = staticmethod(lane.lease_deadline)
    may_send = staticmethod(lane.may_send)
    admit = staticmethod(breaker.decide)
    begin_probe = staticmethod(breaker.begin_probe)
    after_success = staticmethod(breaker.after_success)
    after_failure = staticmethod(breaker.after_failure)
    delay_before = staticmethod(retry_policy.delay_before)
    sweep = staticmethod(sweep.decide)

    @staticmethod
    def holds_lease(mine: int, stored: int | None) -> bool:
        """``WHERE lease_token = mine``, for everything that a worker writes."""
        return mine == stored

    @staticmethod
    def is_fresh(expires_at: float | None, now: float) -> bool:
        """Whether a message may still be sent (``assert_fresh`` of the adapters)."""
        return expires_at is None or now < expires_at

    @staticmethod
    def must_look_up(attempt: int) -> bool:
        """Whether an earlier attempt may have had its effect (``Task.uncertain``)."""
        return attempt > 1
