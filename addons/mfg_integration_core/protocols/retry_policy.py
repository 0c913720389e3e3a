"""When a failed delivery is tried again.

Exponential, capped, spread by a random share so that a partner that comes back is not
met by everything at once. The defaults reach over more than a day: a partner that is
down for a night and a morning loses nothing.

Source: Standard Webhooks, "Deliverability and reliability"; RFC 9110, Retry-After.
"""

from __future__ import annotations

import random as random_source
from collections.abc import Callable
from dataclasses import dataclass

from ..exceptions import PermanentDeliveryError


@dataclass(frozen=True)
class RetryPolicy:
    """A connector's schedule.

    :param base_s: seconds before the first retry, the second attempt
    :param factor: how much longer each next wait is, at least 1
    :param cap_s: longest wait in seconds, before the random share
    :param jitter: random share that a wait may be longer, 0.2 = up to 20 %
    :param max_attempts: attempts in all, the first included
    :raise ValueError: when the numbers make no schedule
    """

    base_s: float = 5
    factor: float = 2
    cap_s: float = 14400
    jitter: float = 0.2
    max_attempts: int = 20

    def __post_init__(self):
        if not 0 < self.base_s <= self.cap_s:
            raise ValueError("The first wait must be above 0 s and within the longest.")
        if self.factor < 1 or self.jitter < 0 or self.max_attempts < 1:
            raise ValueError("Factor and attempts must be at least 1, jitter 0.")


def delay_before(
    attempt: int,
    policy: RetryPolicy,
    retry_after: float | None = None,
    random: Callable[[], float] = random_source.random,
) -> float:
    """Seconds to wait before an attempt.

    :param attempt: 1 for the first delivery, 2 for its first retry
    :param retry_after: seconds asked for by the remote (HTTP ``Retry-After``), if any
    :param random: source of numbers in [0, 1)
    :return: seconds; never less than ``retry_after`` nor than the schedule says
    :raise PermanentDeliveryError: when the schedule has no such attempt
    """
    if attempt > policy.max_attempts:
        raise PermanentDeliveryError(
            f"All {policy.max_attempts} attempts failed. Correct the cause shown with "
            "the last attempt, then press Retry.",
            code="attempts_exhausted",
        )
    planned = _planned_wait(attempt, policy) * (1 + policy.jitter * random())
    return max(planned, retry_after or 0.0)


def least_span_s(policy: RetryPolicy) -> float:
    """Seconds that a partner may be down at least without losing a message."""
    attempts = range(1, policy.max_attempts + 1)
    return sum(_planned_wait(attempt, policy) for attempt in attempts)


def _planned_wait(attempt: int, policy: RetryPolicy) -> float:
    if attempt <= 1:
        return 0.0
    wait = float(policy.base_s)
    for _retry in range(attempt - 2):
        if wait >= policy.cap_s:
            break
        wait *= policy.factor
    return min(wait, policy.cap_s)
