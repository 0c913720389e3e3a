"""What the sweeper does about work that no job owns.

Wake jobs are created after commit, so a crash in between leaves due lanes that nobody
knows of; and the job runner itself may be dead. The sweeper asks for jobs in the first
case and does the work in the second. All moments are epoch seconds.

Source: design.md, section 2, invariant 7.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# A runner that leaves a wake job this long is as good as dead.
OLDEST_WAKE_JOB_S = 120.0
# One that runs nothing at all and leaves a job this long does not hear us.
DEAF_AFTER_S = 30.0
# Due work this young is still on its way to a worker by itself.
GRACE_S = 5.0


#: How a job runner can be: at work, without its lock, or with it and without ears.
ALIVE, DEAD, DEAF = "alive", "dead", "deaf"


@dataclass(frozen=True)
class ConnectorDue:
    """What is due at one connector.

    :param slots: how many workers the connector allows at once
    :param lanes: lanes with a due head and no valid lease
    :param oldest_due_at: since when the oldest of them is due
    :param expired_leases: lanes whose worker died or froze
    """

    connector: int
    slots: int
    lanes: int
    oldest_due_at: float | None = None
    expired_leases: int = 0


@dataclass(frozen=True)
class ReleaseExpired:
    """Make the connector's lanes with an expired lease due again."""

    connector: int


@dataclass(frozen=True)
class Wake:
    """Ask the runner for ``slots`` drain jobs; asking twice makes no second job."""

    connector: int
    slots: int


@dataclass(frozen=True)
class DrainHere:
    """Do the connector's work in the sweeper's own process."""

    connector: int


SweepAction = ReleaseExpired | Wake | DrainHere


def runner_state(
    now: float,
    holds_lock: bool,
    oldest_wake_job_at: float | None,
    runs_jobs: bool,
) -> str:
    """``ALIVE``, ``DEAD`` (nobody holds the lock) or ``DEAF`` (who holds it does not
    start what waits, as when its connection to the database broke without a word).

    :param oldest_wake_job_at: since when the oldest wake job waits to be started
    :param runs_jobs: jobs were handed out that are not done yet; a busy runner may
        let others wait
    """
    if not holds_lock:
        return DEAD
    if oldest_wake_job_at is None:
        return ALIVE
    patience = OLDEST_WAKE_JOB_S if runs_jobs else DEAF_AFTER_S
    return DEAF if now - oldest_wake_job_at > patience else ALIVE


def decide(
    now: float,
    runner_alive: bool,
    oldest_wake_job_at: float | None,
    due: Iterable[ConnectorDue],
) -> list[SweepAction]:
    """What to do now, the connector that waits longest first.

    :param runner_alive: somebody holds the job runner's advisory lock
    :param oldest_wake_job_at: since when the oldest wake job waits to be started
    """
    runner_works = runner_alive and not (
        oldest_wake_job_at is not None and now - oldest_wake_job_at > OLDEST_WAKE_JOB_S
    )
    waiting_longest_first = sorted(due, key=lambda one: _due_since(one, now))
    actions: list[SweepAction] = []
    for one in waiting_longest_first:
        actions += _actions_for(one, now, runner_works)
    return actions


def _actions_for(one: ConnectorDue, now: float, runner_works: bool):
    lanes = one.lanes + one.expired_leases
    if one.expired_leases:
        yield ReleaseExpired(one.connector)
    if not lanes:
        return
    if not runner_works:
        yield DrainHere(one.connector)
    elif one.expired_leases or now - _due_since(one, now) >= GRACE_S:
        yield Wake(one.connector, slots=max(1, min(one.slots, lanes)))


def _due_since(one: ConnectorDue, now: float) -> float:
    return now if one.oldest_due_at is None else one.oldest_due_at
