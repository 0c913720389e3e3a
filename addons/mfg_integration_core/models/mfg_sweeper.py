import logging
import time
from datetime import timedelta

from odoo import api, fields, models

from ..protocols import sweep
from ..unit_of_work import read_committed

_logger = logging.getLogger(__name__)

#: Advisory lock that queue_job's runner holds in each database it serves, as the two
#: halves that pg_locks shows (``queue_job/jobrunner/runner.py``).
RUNNER_LOCK = (2293787760715711918 >> 32, 2293787760715711918 & 0xFFFFFFFF)
#: A wake while the connector is drained for so long asks for a job this much later.
BEHIND_A_DRAIN = timedelta(seconds=1)
#: Whether the runner hears is asked anew when a job waits longer than this.
JUST_ASKED = timedelta(seconds=5)


class MfgSweeper(models.AbstractModel):
    """Repairs what no job owns, and does the work itself when the runner is dead."""

    _name = "mfg.sweeper"
    _description = "Sweeper"

    @api.model
    def _cron_sweep(self):
        """Look at every live connector; also the way work is done without a runner.

        The cursor of the cron is never committed; all work has cursors of its own.
        """
        self._beat("sweeper")
        connectors = self.env["mfg.connector"].search([("state", "=", "live")])
        actions = sweep.decide(
            time.time(),
            self._runner_is_alive(),
            self._oldest_wake_job_at(),
            [connector._due_view() for connector in connectors],
        )
        for action in actions:
            self._act(action)
        for connector in connectors:
            connector._plan_recovery()
        self.env["mfg.replay.run"]._resume_lost()
        self.env["mfg.value.map"]._resume_mapped()

    @api.model
    def _act(self, action):
        """Carry out one decision of the rules and say what was done."""
        connector = self.env["mfg.connector"].browse(action.connector)
        if isinstance(action, sweep.ReleaseExpired):
            # An expired lease is free already; what is in flight is recovered by
            # whoever takes the lane next.
            _logger.info("Sweeper: a worker of %s was lost", connector.code)
        elif isinstance(action, sweep.Wake):
            _logger.info("Sweeper: %s has work that no job owns", connector.code)
            for slot in range(action.slots):
                connector._enqueue_drain(slot)
        else:
            done = connector._drain(0)
            _logger.info(
                "Sweeper: no job runner, %s rows of %s done here", done, connector.code
            )

    # -------------------------------------------------------------------- wake

    @api.model
    def _wake(self, connector_ids):
        """Have the live ones of these connectors drained, for what is committed now."""
        for connector_id, eta in self._to_wake(self.env.cr, connector_ids):
            self._plan(self.env["mfg.connector"].browse(connector_id), eta=eta)

    def _to_wake(self, cr, connector_ids):
        """The live ones of these connectors that need a job for what is committed.

        A job that was asked for a moment ago and waits to be started will see it. One
        that has been at work for a while has much to do and most likely sees it, too,
        so no more than one job a second is put behind it, for what it missed.

        :return: ``[(connector id, when it is to start: naive UTC, None for at once)]``
        """
        now = fields.Datetime.now()
        cr.execute(
            """
            SELECT connector.id, COALESCE(bool_or(
                       job.state = 'started' AND job.date_started <= %(busy_since)s),
                       FALSE)
              FROM mfg_connector connector
              LEFT JOIN queue_job job
                ON job.state IN ('pending', 'enqueued', 'started')
               AND starts_with(job.identity_key, 'mfg-drain-' || connector.id || '-0')
             WHERE connector.id IN %(ids)s AND connector.state = 'live'
             GROUP BY connector.id
            HAVING NOT COALESCE(bool_or(
                       job.state <> 'started' AND job.date_created > %(asked_since)s
                       AND COALESCE(job.eta, job.date_created) <= %(due_at)s), FALSE)
            """,
            {
                "ids": tuple(connector_ids),
                "busy_since": now - BEHIND_A_DRAIN,
                "asked_since": now - JUST_ASKED,
                "due_at": now + BEHIND_A_DRAIN,
            },
        )
        return [
            (connector_id, now + BEHIND_A_DRAIN if is_drained else None)
            for connector_id, is_drained in cr.fetchall()
        ]

    @api.model
    def _plan(self, connectors, slot=0, eta=None):
        """Have one slot of each drained, at ``eta`` (naive UTC) or at once.

        By the runner, by this cron when there is none, and by both while nobody knows
        whether the runner hears: they exclude each other by the leases of the lanes.
        """
        if self._runner_holds_lock():
            for connector in connectors:
                connector._enqueue_drain(slot, eta=eta)
        if connectors and not self._runner_is_alive():
            self._trigger(at=eta)

    @api.model
    def _trigger(self, at=None):
        cron = self.env.ref("mfg_integration_core.ir_cron_sweep").sudo()
        cron._trigger(at=at)

    # ------------------------------------------------------------------ health

    @api.model
    def _runner_is_alive(self):
        """Whether work may be left to the runner alone."""
        return self._runner_holds_lock()

    @api.model
    def _runner_holds_lock(self):
        """Whether a queue_job runner serves this database, or seems to."""
        self.env.cr.execute(
            """
            SELECT 1
              FROM pg_locks
             WHERE locktype = 'advisory' AND granted
               AND classid = %s AND objid = %s
               AND database = (SELECT oid FROM pg_database
                                WHERE datname = current_database())
            """,
            RUNNER_LOCK,
        )
        return bool(self.env.cr.rowcount)

    @api.model
    def _oldest_wake_job_at(self):
        """Since when the oldest wake job waits to be started: epoch s, or None."""
        self.env.cr.execute(
            """
            SELECT extract(epoch FROM min(GREATEST(date_created, eta))
                           AT TIME ZONE 'UTC')::float
              FROM queue_job
             WHERE channel = 'root.mfg' AND state = 'pending'
            """
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _beat(self, name):
        """Note that a part of the hub is alive."""
        with read_committed(self.env.registry) as cr:
            cr.execute(
                """
                INSERT INTO mfg_heartbeat (name, beat_at)
                VALUES (%s, now() AT TIME ZONE 'UTC')
                ON CONFLICT (name) DO UPDATE SET beat_at = excluded.beat_at
                """,
                (name,),
            )

    @api.model
    def _last_beat(self, name):
        """When a part of the hub was last alive: naive UTC, or None."""
        self.env.cr.execute(
            "SELECT beat_at FROM mfg_heartbeat WHERE name = %s", (name,)
        )
        found = self.env.cr.fetchone()
        return found[0] if found else None

    def init(self):
        self.env.cr.execute(
            """
            CREATE UNLOGGED TABLE IF NOT EXISTS mfg_heartbeat (
                name varchar PRIMARY KEY, beat_at timestamp NOT NULL)
            """
        )
