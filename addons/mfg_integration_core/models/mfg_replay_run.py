import time

from psycopg2.extras import execute_values

from odoo import _, api, fields, models

from ..protocols.replay import Choice
from ..unit_of_work import run_in_transaction

#: Rows that one transaction puts back.
CHUNK_ROWS = 500
#: A job stops after this time and goes on in a new one.
WORK_SECONDS = 20.0
#: A run that said nothing for so long has lost its job.
LOST_SECONDS = 60
OPEN_STATES = ("queued", "running")


class MfgReplayRun(models.Model):
    """One replay that a person asked for, done in chunks, and how far it came.

    Each chunk is a transaction of its own: what is done stays done when the server
    stops, and the next job goes on behind it. Rows are put back in the order of their
    lanes, so that of one lane no row overtakes another.
    """

    _name = "mfg.replay.run"
    _description = "Replay"
    _order = "id desc"

    user_id = fields.Many2one("res.users", "Asked by", required=True, readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    scope = fields.Char(readonly=True, help="What was chosen, in words.")
    why = fields.Text(readonly=True)
    sent_again = fields.Boolean(
        "Delivered too", readonly=True, help="Messages that the partner had already."
    )
    handled_again = fields.Boolean(
        "Processed too", readonly=True, help="Events that had their effect already."
    )
    state = fields.Selection(
        [
            ("queued", "Queued"),
            ("running", "Running"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="queued",
        readonly=True,
        index=True,
    )
    beat_at = fields.Datetime(readonly=True, help="When a chunk was last done.")
    finished_at = fields.Datetime(readonly=True)
    line_ids = fields.One2many("mfg.replay.line", "run_id", readonly=True)
    total = fields.Integer(readonly=True)
    replayed_count = fields.Integer("Put back", compute="_compute_counts")
    refused_count = fields.Integer("Refused", compute="_compute_counts")
    todo_count = fields.Integer("To do", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts", help="Percent of the rows.")
    arrived_count = fields.Integer("Arrived", compute="_compute_outcome")
    failed_count = fields.Integer("Failed again", compute="_compute_outcome")
    underway_count = fields.Integer("On their way", compute="_compute_outcome")
    is_underway = fields.Boolean(compute="_compute_outcome")

    @api.depends("scope")
    def _compute_display_name(self):
        for run in self:
            run.display_name = _("Replay %(number)s", number=run.id)

    @api.depends("line_ids.state")
    def _compute_counts(self):
        counted = {
            (run.id, state): count
            for run, state, count in self.env["mfg.replay.line"]._read_group(
                [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
            )
        }
        for run in self:
            run.replayed_count = counted.get((run.id, "replayed"), 0)
            run.refused_count = counted.get((run.id, "refused"), 0)
            run.todo_count = counted.get((run.id, "todo"), 0)
            done = run.replayed_count + run.refused_count
            run.progress = 100.0 * done / run.total if run.total else 100.0

    def _compute_outcome(self):
        """What has become of the rows that were put back, as of now."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT line.run_id,
                   count(*) FILTER (WHERE log.state IN ('delivered', 'acknowledged',
                                                        'processed', 'ignored')),
                   count(*) FILTER (WHERE log.state IN ('dead', 'rejected', 'held')),
                   count(*) FILTER (WHERE log.state IN ('received', 'processing',
                                                        'pending', 'delivering',
                                                        'retry', 'waiting'))
              FROM mfg_replay_line line
              JOIN mfg_integration_log log ON log.id = line.log_id
             WHERE line.run_id = ANY(%s) AND line.state = 'replayed'
             GROUP BY line.run_id
            """,
            (self.ids,),
        )
        counted = {run_id: counts for run_id, *counts in self.env.cr.fetchall()}
        for run in self:
            arrived, failed, underway = counted.get(run.id, (0, 0, 0))
            run.arrived_count = arrived
            run.failed_count = failed
            run.underway_count = underway
            run.is_underway = run.state in OPEN_STATES or underway > 0

    # ------------------------------------------------------------------- begin

    @api.model
    def _begin(self, rows, choice, *, scope, why):
        """Have the rows replayed once this transaction commits.

        :param rows: ``(id, direction)`` of each, in the order in which they go
        :return: the run
        """
        # sudo: nobody has the right to write runs; only code does.
        run = self.sudo().create(
            {
                "user_id": self.env.uid,
                "company_id": self.env.company.id,
                "scope": scope,
                "why": why,
                "sent_again": choice.sent_again,
                "handled_again": choice.handled_again,
                "total": len(rows),
            }
        )
        run._add_lines(rows)
        self.env["mfg.audit.entry"]._append(
            run, "replay.started", new=str(len(rows)), why=why or scope
        )
        run._enqueue()
        return run.with_env(self.env)

    def _add_lines(self, rows):
        """Keep which rows were chosen, in the order in which they go."""
        self.flush_recordset()
        execute_values(
            # Odoo's cursor delegates to psycopg2's, which execute_values needs.
            self.env.cr._obj,
            "INSERT INTO mfg_replay_line (run_id, log_id, direction, state) VALUES %s",
            [(self.id, row_id, direction, "todo") for row_id, direction in rows],
            page_size=1000,
        )
        self.invalidate_recordset(["line_ids"])

    def _enqueue(self):
        """A job that goes on with the run, unless one waits already."""
        self.ensure_one()
        key = f"mfg-replay-{self.id}"
        self.with_delay(channel="root.mfg", identity_key=key)._work()
        if not self.env["mfg.sweeper"]._runner_is_alive():
            self.env["mfg.sweeper"]._trigger()

    # -------------------------------------------------------------------- work

    def _work(self):
        """Put chunk after chunk back; the body of a job, and of the sweeper.

        The cursor of the job is not used for anything: it holds queue_job's own lock.

        :return: rows looked at
        """
        self.ensure_one()
        deadline = time.monotonic() + WORK_SECONDS
        done = 0
        while time.monotonic() < deadline:
            looked_at = self._in_transaction(lambda run: run._work_chunk())
            if not looked_at:
                return done
            done += looked_at
        self._in_transaction(lambda run: run._enqueue())
        return done

    def _in_transaction(self, work):
        """The result of ``work(run)`` in a transaction of its own, for who asked."""
        run_id = self.id
        return run_in_transaction(
            self.env.registry,
            lambda env: work(env["mfg.replay.run"].browse(run_id)),
            uid=self.user_id.id,
        )

    def _work_chunk(self):
        """Put the next rows back, in the transaction at hand; how many were looked at.

        Two workers of one run exclude each other by its row.
        """
        self.env.cr.execute(
            "SELECT state FROM mfg_replay_run WHERE id = %s FOR UPDATE", (self.id,)
        )
        found = self.env.cr.fetchone()
        if not found or found[0] not in OPEN_STATES:
            return 0
        run = self.sudo()
        lines = run.env["mfg.replay.line"].search(
            [("run_id", "=", self.id), ("state", "=", "todo")],
            order="id",
            limit=CHUNK_ROWS,
        )
        now = fields.Datetime.now()
        if not lines:
            run.write({"state": "done", "beat_at": now, "finished_at": now})
            return 0
        lines._replay(Choice(run.sent_again, run.handled_again))
        run.write({"state": "running", "beat_at": now})
        return len(lines)

    @api.model
    def _resume_lost(self):
        """Go on with runs whose job was lost; do it here when no runner is there."""
        quiet_since = fields.Datetime.subtract(
            fields.Datetime.now(), seconds=LOST_SECONDS
        )
        alive = self.env["mfg.sweeper"]._runner_is_alive()
        for run in self.search([("state", "in", OPEN_STATES)], order="id"):
            if not alive:
                run._work()
            elif (run.beat_at or run.create_date) < quiet_since:
                run._enqueue()

    # ----------------------------------------------------------------- buttons

    def action_cancel(self):
        """Stop behind the chunk at hand; what was put back stays so."""
        self.env.user._mfg_check_role(
            "operator", _("Only an Integration Operator may stop a replay.")
        )
        open_runs = self.filtered(lambda run: run.state in OPEN_STATES)
        # sudo: nobody has the right to write runs; only code does.
        open_runs.sudo().write(
            {"state": "cancelled", "finished_at": fields.Datetime.now()}
        )
