import time

from odoo import SUPERUSER_ID, _, api, fields, models
from odoo.tools.misc import format_datetime

from ..protocols import sweep
from ..unit_of_work import read_committed, run_in_transaction

#: The sweeper runs every minute; three missed rounds mean that no cron runs.
SWEEPER_SILENT_S = 200
#: Heartbeat of the runner: a job that it ran. Asked for in every round.
RUNNER = "runner"
#: Not a beat: since when the runner is in trouble, while it is.
TROUBLE = "runner_trouble"


class MfgSweeperWatch(models.AbstractModel):
    """Watches the job runner, and tells what was noticed and repaired.

    A runner that lost its connection to the database without a word looks healthy:
    its lock may be held on and it logs nothing. So every round asks it for one job as
    a proof; if nobody starts that, the runner counts as dead, lock or not.
    """

    _inherit = "mfg.sweeper"

    @api.model
    def _cron_sweep(self):
        self._watch_runner()
        self._ask_for_proof()
        super()._cron_sweep()
        self.env["mfg.flow"]._refresh()

    @api.model
    def _act(self, action):
        connector = self.env["mfg.connector"].browse(action.connector)
        if isinstance(action, sweep.ReleaseExpired):
            self._say(
                "repaired",
                _("A worker was lost; its lanes go on with the next one."),
                connector,
            )
        elif isinstance(action, sweep.Wake) and not self._has_drain_job(connector):
            self._say("repaired", _("Woke work that no job owned."), connector)
        return super()._act(action)

    # ------------------------------------------------------------- the runner

    @api.model
    def _runner_is_alive(self):
        """Not while it is in trouble: perhaps nobody starts its jobs."""
        return super()._runner_is_alive() and not self._last_beat(TROUBLE)

    @api.model
    def _runner_state(self):
        """How the runner is right now; see :func:`..protocols.sweep.runner_state`."""
        return sweep.runner_state(
            time.time(),
            self._runner_holds_lock(),
            self._oldest_wake_job_at(),
            self._jobs_are_run(),
        )

    @api.model
    def _watch_runner(self):
        """Note when the runner gets into trouble, and when it is back."""
        if self._runner_state() == sweep.ALIVE:
            self._end_trouble()
        elif self._begin_trouble():
            self._say(
                "trouble",
                _("The job runner is dead or deaf; the sweeper does its work."),
            )

    @api.model
    def _begin_trouble(self):
        """Remember since when the runner was not heard of; whether that is news."""
        with read_committed(self.env.registry) as cr:
            cr.execute(
                """
                INSERT INTO mfg_heartbeat (name, beat_at)
                SELECT %s, COALESCE(
                    (SELECT beat_at FROM mfg_heartbeat WHERE name = %s),
                    now() AT TIME ZONE 'UTC')
                ON CONFLICT (name) DO NOTHING
                """,
                (TROUBLE, RUNNER),
            )
            return bool(cr.rowcount)

    @api.model
    def _end_trouble(self):
        """Leave the work to the runner again; say so if it was in trouble."""
        with read_committed(self.env.registry) as cr:
            cr.execute(
                "DELETE FROM mfg_heartbeat WHERE name = %s RETURNING beat_at",
                (TROUBLE,),
            )
            found = cr.fetchone()
        if found:
            missing = fields.Datetime.now() - found[0]
            self._say(
                "recovered",
                _(
                    "The job runner is alive again; it was missing for %(s)s s.",
                    s=round(missing.total_seconds()),
                ),
            )

    @api.model
    def _ask_for_proof(self):
        """Have the runner run a job that does nothing else than to say so."""

        def ask(env):
            env["mfg.sweeper"].with_delay(
                channel="root.mfg", identity_key="mfg-runner-proof"
            )._prove_runner()

        run_in_transaction(self.env.registry, ask, uid=SUPERUSER_ID)

    @api.model
    def _prove_runner(self):
        """The body of that job: who runs it is alive, whatever was thought of it."""
        self._beat(RUNNER)
        self._end_trouble()

    @api.model
    def _jobs_are_run(self):
        """Whether the runner has handed out a job that is not done yet."""
        self.env.cr.execute(
            "SELECT 1 FROM queue_job WHERE state IN ('enqueued', 'started') LIMIT 1"
        )
        return bool(self.env.cr.rowcount)

    @api.model
    def _has_drain_job(self, connector):
        """Whether some job is about to work, or works, for the connector."""
        self.env.cr.execute(
            """
            SELECT 1 FROM queue_job
             WHERE state IN ('pending', 'enqueued', 'started')
               AND starts_with(identity_key, %s)
             LIMIT 1
            """,
            (f"mfg-drain-{connector.id}-",),
        )
        return bool(self.env.cr.rowcount)

    # ------------------------------------------------------------- telling it

    @api.model
    def _sweeper_is_alive(self):
        """Whether the cron that sweeps ran lately."""
        beat = self._last_beat("sweeper")
        if not beat:
            return False
        return (fields.Datetime.now() - beat).total_seconds() < SWEEPER_SILENT_S

    @api.model
    def _runner_status(self):
        """Whether the runner is alive, and one sentence about it for screens."""
        if self._runner_state() == sweep.ALIVE:
            return True, _("Alive")
        since = self._last_beat(TROUBLE) or self._last_beat(RUNNER)
        moment = format_datetime(self.env, since) if since else _("it was started")
        if self._sweeper_is_alive():
            text = _(
                "Dead since %(moment)s; the sweeper does its work, once a minute.",
                moment=moment,
            )
        else:
            text = _(
                "Dead since %(moment)s; the sweeper is silent: nothing is exchanged.",
                moment=moment,
            )
        return False, text

    @api.model
    def _say(self, kind, text, connector=None):
        """Write a note that stays, whatever becomes of this round."""
        connector_id = connector.id if connector else False

        def note(env):
            about = env["mfg.connector"].browse(connector_id)
            env["mfg.hub.note"]._note(kind, text, about)

        run_in_transaction(self.env.registry, note, uid=SUPERUSER_ID)
