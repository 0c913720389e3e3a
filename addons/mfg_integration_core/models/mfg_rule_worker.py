import logging
import time
import uuid

import psycopg2

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError

from ..exceptions import LeaseLostError, MfgIntegrationError
from ..unit_of_work import (
    CONCURRENCY_ERRORS,
    after_commit,
    read_committed,
    run_in_transaction,
)
from .mfg_rule_run import OPEN_STATES

_logger = logging.getLogger(__name__)

#: After so long another worker may take a run. A step may take longer: its transaction
#: locks the run, and nobody claims one that is locked.
LEASE_S = 15
#: A job stops after this time and goes on in a new one.
WORK_SECONDS = 20.0
_NOW = "(now() AT TIME ZONE 'UTC')"
_DUE = f"""state = ANY(%(open)s)
       AND (lease_until IS NULL OR lease_until < {_NOW})
       AND (next_at IS NULL OR next_at <= {_NOW})"""


class MfgRuleWorker(models.Model):
    """Works on runs that are due: one worker per run, one transaction per step."""

    _inherit = "mfg.rule.run"

    # -------------------------------------------------------------------- wake

    @api.model
    def _wake(self):
        """Have due runs worked on, once this transaction commits.

        A crash in between loses nothing: the rows are the queue of record and the
        sweeper finds them.
        """
        postcommit = self.env.cr.postcommit
        if "mfg.rules" not in postcommit.data:
            postcommit.data["mfg.rules"] = True
            registry = self.env.registry
            after_commit(self.env.cr, lambda: _plan_committed(registry))

    @api.model
    def _plan(self, at=None):
        """A job that works on what is due, at a moment or at once."""
        sweeper = self.env["mfg.sweeper"]
        if sweeper._runner_holds_lock():
            key = f"mfg-rules-{at:%Y%m%d%H%M%S}" if at else "mfg-rules"
            self.with_delay(channel="root.mfg", identity_key=key, eta=at)._drain()
        if not sweeper._runner_is_alive():
            sweeper._trigger(at=at)

    @api.model
    def _wake_who_waits_for(self, event):
        """Let the runs look at once that wait for an event like this one."""
        if event.event_type not in self.env["mfg.rule"]._awaited_types():
            return
        # sudo: who sends an event needs no right on what waits for it.
        waiting = self.sudo().search(
            [
                ("state", "=", "waiting"),
                ("step_ids.state", "=", "waiting"),
                ("step_ids.wait_event_type_id.name", "=", event.event_type),
            ]
        )
        ids = [
            run.id
            for run in waiting
            if run.correlation_id == event.correlation_id
            or (run.res_model, run.res_id) == (event.res_model, event.res_id)
        ]
        if ids:
            registry = self.env.registry
            after_commit(self.env.cr, lambda: _let_look(registry, ids))

    # -------------------------------------------------------------------- work

    @api.model
    def _drain(self):
        """Work on due runs; the body of a job, and of the sweeper.

        The cursor of the job is not used for anything: it holds queue_job's own lock.

        :return: runs worked on
        """
        deadline = time.monotonic() + WORK_SECONDS
        count = 0
        while time.monotonic() < deadline:
            claimed = self._claim()
            if claimed is None:
                next_at = self._next_due_at()
                if next_at is not None:
                    _plan_committed(self.env.registry, next_at)
                return count
            self._work(*claimed, deadline)
            count += 1
        _plan_committed(self.env.registry)
        return count

    @api.model
    def _claim(self):
        """Lease the run that is due longest: ``(id, token)``, None when none is."""
        token = uuid.uuid4().hex
        with read_committed(self.env.registry) as cr:
            cr.execute(
                f"""
                UPDATE mfg_rule_run
                   SET lease_token = %(token)s,
                       lease_until = {_NOW} + make_interval(secs => %(lease)s)
                 WHERE id = (
                       SELECT id FROM mfg_rule_run WHERE {_DUE}
                        ORDER BY next_at NULLS FIRST, id
                        LIMIT 1 FOR UPDATE SKIP LOCKED)
                RETURNING id
                """,
                {"token": token, "lease": LEASE_S, "open": list(OPEN_STATES)},
            )
            found = cr.fetchone()
        return (found[0], token) if found else None

    @api.model
    def _work(self, run_id, token, deadline):
        """Do step after step of a leased run, until it ends, waits or time is up."""
        try:
            goes_on = True
            while goes_on and time.monotonic() < deadline:
                goes_on = self._work_step(run_id, token)
            with read_committed(self.env.registry) as cr:
                cr.execute(
                    """
                    UPDATE mfg_rule_run SET lease_token = NULL, lease_until = NULL
                     WHERE id = %s AND lease_token = %s
                    """,
                    (run_id, token),
                )
        except LeaseLostError as error:
            _logger.info("%s", error)

    @api.model
    def _work_step(self, run_id, token):
        """One step in one transaction; its failure is recorded in a second one.

        :return: whether there is more to do at once
        """
        try:
            return self._in_transaction(run_id, token, lambda run: run._advance())
        except LeaseLostError:
            raise
        except psycopg2.OperationalError as error:
            if error.pgcode not in CONCURRENCY_ERRORS:
                raise
            # Lost against other transactions again and again: not the step's fault.
            return self._in_transaction(run_id, token, lambda run: run._put_off())
        except Exception as error:  # noqa: BLE001  every failure is recorded
            failure = error
            if not isinstance(error, (MfgIntegrationError, UserError)):
                _logger.error("A step of run %s failed", run_id, exc_info=error)
            return self._in_transaction(
                run_id, token, lambda run: run._step_failed(failure)
            )

    def _step_failed(self, error):
        """Record the failure of the step at hand; whether to go on at once."""
        self._next_step()._failed(error)
        return not self.next_at

    def _put_off(self):
        self.env.cr.execute(
            f"UPDATE mfg_rule_run SET next_at = {_NOW} + interval '1 s' WHERE id = %s",
            (self.id,),
        )
        return False

    @api.model
    def _in_transaction(self, run_id, token, work):
        """The result of ``work(run)``, done while the run is still ours.

        It acts on behalf of who set the rule off, with the rights of the rule: what it
        does was decided by who wrote it.
        """
        with read_committed(self.env.registry) as cr:
            cr.execute(
                """
                SELECT user_id, company_id, plant_id, correlation_id, causation_id,
                       depth, name
                  FROM mfg_rule_run WHERE id = %s
                """,
                (run_id,),
            )
            found = cr.dictfetchone()
        if found is None:
            raise LeaseLostError(f"Run {run_id} was deleted.")

        def step(env):
            env.cr.execute(
                f"""
                UPDATE mfg_rule_run
                   SET lease_until = {_NOW} + make_interval(secs => %s)
                 WHERE id = %s AND lease_token = %s
                RETURNING id
                """,
                (LEASE_S, run_id, token),
            )
            if not env.cr.fetchone():
                raise LeaseLostError(f"Run {run_id} was taken over by another worker.")
            # sudo: see above.
            return work(env["mfg.rule.run"].sudo().browse(run_id))

        return run_in_transaction(
            self.env.registry, step, uid=found["user_id"], context=_context(found)
        )

    # ----------------------------------------------------------------- outlook

    @api.model
    def _next_due_at(self):
        """When the next run becomes due: naive UTC in the future, or None."""
        with read_committed(self.env.registry) as cr:
            cr.execute(
                f"""
                SELECT min(GREATEST(next_at, lease_until)) FROM mfg_rule_run
                 WHERE state = ANY(%s)
                   AND (next_at > {_NOW} OR lease_until > {_NOW})
                """,
                (list(OPEN_STATES),),
            )
            return cr.fetchone()[0]

    @api.model
    def _has_due(self):
        """Whether a run is due that nobody works on."""
        with read_committed(self.env.registry) as cr:
            cr.execute(
                f"SELECT 1 FROM mfg_rule_run WHERE {_DUE} LIMIT 1",
                {"open": list(OPEN_STATES)},
            )
            return bool(cr.rowcount)


class MfgSweeperRules(models.AbstractModel):
    """Sees to it that runs go on whose job was lost."""

    _inherit = "mfg.sweeper"

    @api.model
    def _cron_sweep(self):
        super()._cron_sweep()
        runs = self.env["mfg.rule.run"]
        if runs._has_due():
            if self._runner_is_alive():
                _plan_committed(self.env.registry)
            else:
                runs._drain()


def _context(run):
    """The context in which a run's steps are done."""
    return {
        "allowed_company_ids": [run["company_id"]] if run["company_id"] else [],
        "mfg_plant_id": run["plant_id"],
        "mfg_correlation_id": run["correlation_id"],
        "mfg_causation_id": run["causation_id"],
        "mfg_rule_depth": run["depth"] + 1,
        "mfg_person": run["name"],
    }


def _plan_committed(registry, at=None):
    """Plan a job for what is committed."""
    run_in_transaction(
        registry, lambda env: env["mfg.rule.run"]._plan(at), uid=SUPERUSER_ID
    )


def _let_look(registry, run_ids):
    """Have waiting runs look whether what they wait for has come."""
    with read_committed(registry) as cr:
        cr.execute(
            """
            UPDATE mfg_rule_run SET next_at = NULL
             WHERE id = ANY(%s) AND state = 'waiting'
            """,
            (run_ids,),
        )
    _plan_committed(registry)
