import logging
import time
from datetime import timedelta

from odoo import SUPERUSER_ID, models

from ..protocols.sweep import ConnectorDue
from ..unit_of_work import read_committed, run_in_transaction

_logger = logging.getLogger(__name__)

#: A drain stops after this time or number of rows and goes on in a new job.
DRAIN_SECONDS = 20.0
DRAIN_ROWS = 500
#: Jobs that look for lost workers are this far apart.
RECOVERY_STEP_S = 10


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
            self.env.cr.postcommit.add(lambda: _wake_committed(registry, wanted))
        wanted.update(self.ids)

    def _wake_now(self):
        """Wake for rows that another transaction has committed already."""
        _wake_committed(self.env.registry, set(self.ids))

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
        deadline = time.monotonic() + DRAIN_SECONDS
        done = 0
        helped = False
        while time.monotonic() < deadline and done < DRAIN_ROWS:
            moved = self._pump()
            rows = worker._work_lanes(self.id, deadline, DRAIN_ROWS - done)
            if rows is None and not moved:
                self._plan_next(slot)
                if not done:
                    self._plan_recovery()
                return done
            done += rows or 0
            if not helped:
                helped = self._call_next_slot(slot)
        _enqueue(self.env.registry, self.id, slot)
        return done

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
        """Have a job come back when the next lane becomes due."""
        with read_committed(self.env.registry) as cr:
            next_at = self.env["mfg.lane"]._next_due_at(cr, self.id)
        if next_at is not None:
            _enqueue(self.env.registry, self.id, slot, eta=next_at)

    def _plan_recovery(self):
        """Have a job look when a lease that is held now runs out.

        A worker that lives has renewed it by then; one that was killed has not, and
        the next round of the sweeper may be a minute away.
        """
        with read_committed(self.env.registry) as cr:
            ends_at = self.env["mfg.lane"]._lease_ends_at(cr, self.id)
        if ends_at is not None:
            # To whole steps, so that many leases share one job.
            late = timedelta(seconds=RECOVERY_STEP_S - ends_at.second % RECOVERY_STEP_S)
            eta = ends_at.replace(microsecond=0) + late
            _enqueue(self.env.registry, self.id, 0, eta=eta)

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
                         WHERE connector_id = %(id)s AND lane_id IS NULL) AS backlog
                """,
                {"id": self.id},
            )
            return cr.fetchone()[0]


def _wake_committed(registry, connector_ids):
    """Wake connectors after the commit that gave them work."""
    wanted = sorted(connector_ids)
    connector_ids.clear()

    def wake(env):
        live = env["mfg.connector"].search(
            [("id", "in", wanted), ("state", "=", "live")]
        )
        env["mfg.sweeper"]._wake(live)

    run_in_transaction(registry, wake, uid=SUPERUSER_ID)


def _enqueue(registry, connector_id, slot, eta=None):
    """Create a drain job in a transaction of its own.

    :param eta: naive UTC moment before which the job does not start
    """

    def enqueue(env):
        env["mfg.sweeper"]._plan(env["mfg.connector"].browse(connector_id), slot, eta)

    run_in_transaction(registry, enqueue, uid=SUPERUSER_ID)
