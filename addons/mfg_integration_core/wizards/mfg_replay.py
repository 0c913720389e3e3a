import time
from ast import literal_eval
from collections import Counter
from itertools import islice

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime

from ..models.mfg_integration_log import QUEUE_MODELS
from ..protocols.replay import Choice, RowView, judge

#: Rows that one replay may have; more are split by the person who asks.
MOST_ROWS = 100000
#: Rows that the dry run tells one by one, those that would go and those refused.
TOLD_ACCEPTED = 40
TOLD_REFUSED = 20
#: How the lines of rows that would go are marked, by the code of the verdict.
KINDS = {"again": "goes", "sent_again": "repeats", "handled_again": "repeats"}

_FAILED = [("state", "in", ["dead", "rejected"])]
_APPROVER = "mfg_integration_core.group_approver"


class MfgReplay(models.TransientModel):
    """A person has events and messages go another time, after a dry run."""

    _name = "mfg.replay"
    _inherit = ["mfg.reopening.mixin"]
    _description = "Replay"

    selection_ids = fields.Many2many("mfg.integration.log", string="Selected")
    selection_count = fields.Integer(compute="_compute_selection_count")
    direction = fields.Selection([("in", "Incoming only"), ("out", "Outgoing only")])
    connector_ids = fields.Many2many("mfg.connector", string="Connectors")
    begin_at = fields.Datetime("From")
    end_at = fields.Datetime("Until")
    domain = fields.Char("Filter", default=lambda self: repr(_FAILED))
    log_model = fields.Char(default="mfg.integration.log", readonly=True)
    sent_again = fields.Boolean(
        "Also what the partner has already",
        help="Delivered messages are sent once more, under the same id.",
    )
    handled_again = fields.Boolean(
        "Also what had its effect already",
        help="Processed events are handled once more. Counts are added twice.",
    )
    may_handle_again = fields.Boolean(
        default=lambda self: self.env.user.has_group(_APPROVER), readonly=True
    )
    why = fields.Text("Reason")
    rehearsed = fields.Boolean(readonly=True)
    total_count = fields.Integer("Chosen", readonly=True)
    accepted_count = fields.Integer("Would go", readonly=True)
    refused_count = fields.Integer("Refused", readonly=True)
    document_count = fields.Integer("Documents", readonly=True)
    refusals = fields.Text(readonly=True)
    line_ids = fields.One2many("mfg.replay.preview", "replay_id", readonly=True)

    @api.depends("selection_ids")
    def _compute_selection_count(self):
        for replay in self:
            replay.selection_count = len(replay.selection_ids)

    # ----------------------------------------------------------------- buttons

    def action_rehearse(self):
        """The dry run: what would happen to which rows; nothing is done to them."""
        self.ensure_one()
        self._check_rights()
        verdicts = self._verdicts()
        accepted = [row for row, verdict in verdicts if verdict.accepted]
        refused = Counter(
            verdict.code for _row, verdict in verdicts if not verdict.accepted
        )
        texts = self.env["mfg.outbox.message"]._verdict_texts()
        self.line_ids.unlink()
        self.write(
            {
                "rehearsed": True,
                "total_count": len(verdicts),
                "accepted_count": len(accepted),
                "refused_count": refused.total(),
                "document_count": self._count_documents(accepted),
                "refusals": "\n".join(
                    f"{count} × {texts[code]}" for code, count in refused.most_common()
                ),
                "line_ids": [
                    (0, 0, self._prepare_line(row, verdict, texts))
                    for row, verdict in self._told(verdicts)
                ],
            }
        )
        return self._reopen()

    def action_change(self):
        """Back to the choice."""
        self.ensure_one()
        self.rehearsed = False
        return self._reopen()

    def action_run(self):
        """Do what the dry run has shown, in the background; the run shows how far."""
        self.ensure_one()
        self._check_rights()
        if not self.rehearsed:
            raise UserError(_("Look at the dry run first."))
        if (self.sent_again or self.handled_again) and not self.why:
            raise UserError(_("Say why what was done already is to be done again."))
        rows = [row for row, verdict in self._verdicts() if verdict.accepted]
        if not rows:
            raise UserError(_("Nothing is left that could be replayed."))
        run = self.env["mfg.replay.run"]._begin(
            rows, self._choice(), scope=self._scope_told(), why=self.why
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "mfg.replay.run",
            "res_id": run.id,
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------------ choice

    def _check_rights(self):
        self.env["mfg.outbox.message"].check_access_for_operator()
        if self.handled_again and not self.env.user.has_group(_APPROVER):
            raise AccessError(
                _(
                    "Only an Integration Approver may have events handled again that"
                    " had their effect already."
                )
            )

    def _choice(self):
        return Choice(sent_again=self.sent_again, handled_again=self.handled_again)

    def _chosen(self):
        """The rows of the log that were chosen."""
        rows = self.selection_ids
        if not rows:
            rows = rows.search(self._chosen_domain(), limit=MOST_ROWS + 1)
        if len(rows) > MOST_ROWS:
            raise UserError(
                _(
                    "More than %(count)s rows match. Choose a shorter time or fewer"
                    " connectors.",
                    count=MOST_ROWS,
                )
            )
        return rows

    def _chosen_domain(self):
        """The filter, the time range and the rest as one domain."""
        try:
            domain = list(literal_eval(self.domain or "[]"))
        except (ValueError, SyntaxError) as error:
            raise UserError(
                _("The filter can't be read: %(error)s", error=error)
            ) from error
        if self.direction:
            domain.append(("direction", "=", self.direction))
        if self.connector_ids:
            domain.append(("connector_id", "in", self.connector_ids.ids))
        if self.begin_at:
            domain.append(("create_date", ">=", self.begin_at))
        if self.end_at:
            domain.append(("create_date", "<", self.end_at))
        return domain

    def _scope_told(self):
        """What was chosen, in words."""
        if self.selection_ids:
            return _("%(count)s selected", count=len(self.selection_ids))
        parts = [
            *self.connector_ids.mapped("name"),
            self.direction
            and dict(self._fields["direction"].selection)[self.direction],
            self.begin_at
            and _("from %(moment)s", moment=format_datetime(self.env, self.begin_at)),
            self.end_at
            and _("until %(moment)s", moment=format_datetime(self.env, self.end_at)),
            self._filter_told(),
        ]
        return ", ".join(part for part in parts if part)

    def _filter_told(self):
        """The filter in words; one that a person made is told as it is."""
        if self.domain == repr(_FAILED):
            return _("dead letters and rejected events")
        return self.domain and _("filter %(domain)s", domain=self.domain)

    # ----------------------------------------------------------------- dry run

    def _verdicts(self):
        """What would happen to each chosen row, in the order in which they would go.

        :return: list of ``((id, direction), Verdict)``
        """
        choice, now = self._choice(), time.time()
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT row.id, row.direction, row.state, connector.state,
                   extract(epoch FROM row.expires_at AT TIME ZONE 'UTC')::float,
                   row.bodies_removed_at IS NOT NULL
              FROM (SELECT id, 'in' AS direction, connector_id, state,
                           NULL::timestamp AS expires_at, bodies_removed_at, lane_id,
                           lane_sequence
                      FROM mfg_inbox_event WHERE id = ANY(%(ids)s)
                    UNION ALL
                    SELECT id, 'out', connector_id, state, expires_at,
                           bodies_removed_at, lane_id, lane_sequence
                      FROM mfg_outbox_message WHERE id = ANY(%(ids)s)) AS row
              JOIN mfg_connector connector ON connector.id = row.connector_id
             ORDER BY row.lane_id NULLS LAST, row.lane_sequence NULLS LAST, row.id
            """,
            {"ids": self._chosen().ids},
        )
        return [
            ((row_id, direction), judge(RowView(*facts), choice, now))
            for row_id, direction, *facts in self.env.cr.fetchall()
        ]

    def _count_documents(self, rows):
        """How many business documents the rows are about."""
        self.env.cr.execute(
            """
            SELECT count(DISTINCT (res_model, res_id)) FROM mfg_integration_log
             WHERE id = ANY(%s) AND res_id IS NOT NULL
            """,
            ([row_id for row_id, _direction in rows],),
        )
        return self.env.cr.fetchone()[0]

    def _told(self, verdicts):
        """The rows that are told one by one."""
        yield from islice(
            (entry for entry in verdicts if entry[1].accepted), TOLD_ACCEPTED
        )
        yield from islice(
            (entry for entry in verdicts if not entry[1].accepted), TOLD_REFUSED
        )

    def _prepare_line(self, row, verdict, texts):
        """Values of the line that tells of one row."""
        row_id, direction = row
        told = [] if verdict.code == "again" else [texts[verdict.code]]
        kind = KINDS.get(verdict.code, "refused")
        if verdict.accepted:
            record = self.env[QUEUE_MODELS[direction]].browse(row_id)
            fails, effect = record._foresee()
            kind = "fails" if fails else kind
            told.append(effect)
        return {"log_id": row_id, "kind": kind, "effect": "\n".join(told)}

    def _reopen(self):
        """Show the wizard as it is now."""
        return self._reopened(_("Dry Run") if self.rehearsed else _("Replay"))
