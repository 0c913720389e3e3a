import functools
import logging
import time
from collections.abc import Callable
from datetime import timedelta

from odoo import SUPERUSER_ID, models

from ..protocols.sweep import ConnectorDue
from ..unit_of_work import after_commit, read_committed, run_in_transaction

_logger = logging.getLogger(__name__)

#: A drain stops after this time or number of rows and goes on in a new job.
DRAIN_SECONDS = 20.0
DRAIN_ROWS = 500
#: Rounds of a drain begin so far apart, so that what trickles in is done together.
ROUND_SECONDS = 0.05
#: While another connector's job waits, a drain stops after this time.
SHARED_SECONDS = 2.0
#: Jobs that look for lost workers are this far apart.
RECOVERY_STEP_S = 10


class Stint:
    """How long a drain goes on: until time or rows are used up, or others wait.

    :param others_wait: asked at most once a second whether another connector needs the
        place of this drain
    :param call_help: has the next slot help if there is work for it; whether it does
    """

    def __init__(self, others_wait: Callable[[], bool], call_help: Callable[[], bool]):
        self.rows = 0
        self._others_wait = others_wait
        self._call_help = call_help
        self._is_helped = False
        self._began = self._asked = time.monotonic()
        self._shared = False
        self._round_began = self._began

    def ask_for_help(self) -> None:
        """Have another drain help with more than this one can do at the same time."""
        self._is_helped = self._is_helped or self._call_help()

    def next_round(self) -> None:
        """Return when the next round may begin; a long one is followed at once."""
        left = self._round_began + ROUND_SECONDS - time.monotonic()
        time.sleep(max(left, 0.0))
        self._round_began = time.monotonic()

    def is_over(self) -> bool:
        """Whether no new row may be begun."""
        now = time.monotonic()
        if now - self._asked >= 1.0:
            self._asked, self._shared = now, self._others_wait()
        seconds = SHARED_SECONDS if self._shared else DRAIN_SECONDS
        return self.rows >= DRAIN_ROWS or now - self._began >= seconds


class MfgConnectorDrain(models.Model):
    """How the work of a connector is woken, spread over slots and done."""

    _inherit = "mfg.connector"

    # -------------------------------------------------------------------- wake

    def _wake(self):
        """Have the queues of the connectors worked on, once this transaction commits.

        A crash between the commit and the wake loses nothing: the rows are the queue
        of record and the sweeper finds them.
        """
        wanted = self.env.cr.postcommit.data.setdefault("mfg.wake", set())
        if self and not wanted:
            registry = self.env.registry
            after_commit(self.env.cr, lambda: _wake_committed(registry, wanted))
        wanted.update(self.ids)

    def _wake_at(self, moment):
        """Have the queues worked on at a moment (naive UTC), once this commits.

        However many messages go then, one job is asked for.
        """
        planned = self.env.cr.postcommit.data.setdefault("mfg.wake.at", set())
        registry = self.env.registry
        for connector in self:
            if (connector.id, moment) not in planned:
                planned.add((connector.id, moment))
                after_commit(
                    self.env.cr,
                    functools.partial(_enqueue, registry, connector.id, 0, moment),
                )

    def _wake_now(self):
        """Wake for rows that another transaction has committed already."""
        _wake_committed(self.env.registry, set(self.ids))

    def _wake_if_asleep(self):
        """Wake for committed rows, unless a job that is asked for will see them."""
        if self.env["mfg.sweeper"]._to_wake(self.env.cr, self.ids):
            self._wake_now()

    def _enqueue_drain(self, slot, eta=None):
        """A job that works on one slot, unless the same one waits already."""
        self.ensure_one()
        key = f"mfg-drain-{self.id}-{slot}"
        if eta:
            # A wake in the future must not stand in the way of one that is due.
            key = f"{key}-at-{eta:%Y%m%d%H%M%S}"
        self.with_delay(channel="root.mfg", identity_key=key, eta=eta)._drain(slot)

    # ------------------------------------------------------------------- drain

    def _drain(self, slot):
        """Work on the connector's lanes; the body of a job, and of the sweeper.

        :param slot: 0 … parallelism - 1; each slot is one job at a time
        :return: rows worked on, also shown as the job's result

        The cursor of the job is not used for anything: it holds queue_job's own lock.
        """
        self.ensure_one()
        if self.state != "live":
            return 0
        worker = self.env["mfg.lane.worker"]
        stint = Stint(self._others_wait, functools.partial(self._call_next_slot, slot))
        while not stint.is_over():
            moved = self._pump()
            was_due = worker._work_lanes(self.id, stint)
            if not was_due and not moved:
                self._plan_next(slot)
                if not stint.rows:
                    self._plan_recovery()
                return stint.rows
            stint.ask_for_help()
            stint.next_round()
        _enqueue(self.env.registry, self.id, slot)
        return stint.rows

    def _others_wait(self):
        """Whether the work of another connector waits for a place to be done."""
        with read_committed(self.env.registry) as cr:
            cr.execute(
                """
                SELECT 1
                  FROM queue_job
                 WHERE channel = 'root.mfg' AND state IN ('pending', 'enqueued')
                   AND COALESCE(eta, date_created) < now() AT TIME ZONE 'UTC'
                   AND identity_key NOT LIKE %s
                 LIMIT 1
                """,
                (f"mfg-drain-{self.id}-%",),
            )
            return bool(cr.rowcount)

    def _pump(self):
        """Turn what lies before the lanes into events; extended by other doors.

        :return: how many things were moved
        """
        return 0

    def _call_next_slot(self, slot):
        """Wake the next slot when there is work for it; whether it was woken."""
        if slot + 1 >= self.parallelism:
            return False
        due = self._due_view().lanes > 0
        if due:
            _enqueue(self.env.registry, self.id, slot + 1)
        return due

    def _plan_next(self, slot):
        """Have a job come back when the next thing becomes due."""
        next_at = self._next_due_at()
        if next_at is not None:
            _enqueue(self.env.registry, self.id, slot, eta=next_at)

    def _next_due_at(self):
        """When something becomes due: naive UTC in the future, or None.

        Extended for what :meth:`_pump` moves.
        """
        with read_committed(self.env.registry) as cr:
            return self.env["mfg.lane"]._next_due_at(cr, self.id)

    def _plan_recovery(self):
        """Have a job look when a lease that is held now runs out.

        A worker that lives has renewed it by then; one that was killed has not, and
        the next round of the sweeper may be a minute away.
        """
        ends_at = self._lease_ends_at()
        if ends_at is not None:
            # To whole steps, so that many leases share one job.
            late = timedelta(seconds=RECOVERY_STEP_S - ends_at.second % RECOVERY_STEP_S)
            eta = ends_at.replace(microsecond=0) + late
            _enqueue(self.env.registry, self.id, 0, eta=eta)

    def _lease_ends_at(self):
        """When the first lease that is held now runs out: naive UTC, or None.

        Extended for what :meth:`_pump` moves.
        """
        with read_committed(self.env.registry) as cr:
            return self.env["mfg.lane"]._lease_ends_at(cr, self.id)

    def _due_view(self):
        """What is due at the connector now, as the sweeper's rules look at it."""
        self.ensure_one()
        backlog_since = self._backlog_since()
        with read_committed(self.env.registry) as cr:
            lanes, expired, since = self.env["mfg.lane"]._outlook(cr, self.id)
        moments = [moment for moment in (since, backlog_since) if moment is not None]
        return ConnectorDue(
            connector=self.id,
            slots=self.parallelism,
            lanes=lanes - expired + (backlog_since is not None),
            oldest_due_at=min(moments, default=None),
            expired_leases=expired,
        )

    def _backlog_since(self):
        """Since when something lies before the lanes: epoch seconds, or None.

        Extended by addons whose :meth:`_pump` moves more.
        """
        with read_committed(self.env.registry) as cr:
            cr.execute(
                """
                SELECT extract(epoch FROM min(create_date) AT TIME ZONE 'UTC')::float
                  FROM (SELECT create_date FROM mfg_inbox_event
                         WHERE connector_id = %(id)s AND lane_id IS NULL
                        UNION ALL
                        SELECT create_date FROM mfg_outbox_message
                         WHERE connector_id = %(id)s AND lane_id IS NULL
                           AND NOT %(fetched)s) AS backlog
                """,
                {"id": self.id, "fetched": self.adapter == "pull"},
            )
            return cr.fetchone()[0]


def _wake_committed(registry, connector_ids):
    """Wake connectors after the commit that gave them work."""
    wanted = sorted(connector_ids)
    connector_ids.clear()

    if wanted:
        run_in_transaction(
            registry,
            lambda env: env["mfg.sweeper"]._wake(wanted),
            uid=SUPERUSER_ID,
        )


def _enqueue(registry, connector_id, slot, eta=None):
    """Create a drain job in a transaction of its own.

    :param eta: naive UTC moment before which the job does not start
    """

    def enqueue(env):
        env["mfg.sweeper"]._plan(env["mfg.connector"].browse(connector_id), slot, eta)

    run_in_transaction(registry, enqueue, uid=SUPERUSER_ID)
