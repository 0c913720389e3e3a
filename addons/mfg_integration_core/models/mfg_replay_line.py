import time

from odoo import api, fields, models

from ..protocols.replay import Verdict
from .mfg_integration_log import QUEUE_MODELS

GONE = Verdict(False, "gone")


class MfgReplayLine(models.Model):
    """One row of a replay, and what was done with it."""

    _name = "mfg.replay.line"
    _description = "Replayed Row"
    _order = "id"
    _log_access = False

    run_id = fields.Many2one(
        "mfg.replay.run", required=True, ondelete="cascade", index=True
    )
    log_id = fields.Many2one("mfg.integration.log", "Event or message", required=True)
    direction = fields.Selection([("in", "In"), ("out", "Out")], required=True)
    state = fields.Selection(
        [("todo", "To do"), ("replayed", "Put back"), ("refused", "Refused")],
        required=True,
        default="todo",
    )
    verdict = fields.Char("Verdict Code")
    says = fields.Char(compute="_compute_says", string="Why")
    event_type = fields.Char(compute="_compute_row")
    document_name = fields.Char("Document", compute="_compute_row")
    row_state = fields.Char("Now", compute="_compute_row")

    def init(self):
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS mfg_replay_line_todo_index
                ON mfg_replay_line (run_id, id) WHERE state = 'todo'
            """
        )

    @api.depends("verdict")
    def _compute_says(self):
        texts = self.env["mfg.outbox.message"]._verdict_texts()
        for line in self:
            line.says = texts.get(line.verdict, "")

    def _compute_row(self):
        """What the row is now; nothing for one that retention has deleted."""
        states = dict(self.env["mfg.integration.log"]._selection_state())
        for line in self:
            row = line.log_id.exists()
            line.event_type = row.event_type
            line.document_name = row.document_name
            line.row_state = states.get(row.state, "")

    def _rows(self):
        """The events and messages behind the lines, by line id; deleted ones lack."""
        found = {}
        for direction, model in QUEUE_MODELS.items():
            lines = self.filtered(
                lambda line, direction=direction: line.direction == direction
            )
            rows = self.env[model].browse(lines.log_id.ids).exists()
            by_id = {row.id: row for row in rows}
            for line in lines:
                if line.log_id.id in by_id:
                    found[line.id] = by_id[line.log_id.id]
        return found

    def _replay(self, choice):
        """Judge each row as it is now and put it back, or keep why not."""
        rows, now = self._rows(), time.time()
        lanes, connectors = self.env["mfg.lane"], self.env["mfg.connector"]
        for line in self:
            row = rows.get(line.id)
            verdict = row._replay_verdict(choice, now) if row else GONE
            if verdict.accepted:
                row._replay(verdict)
                lanes |= row.lane_id
                connectors |= row.connector_id
            line.state = "replayed" if verdict.accepted else "refused"
            line.verdict = verdict.code
        lanes._unpark()
        connectors._wake()

    def action_open_record(self):
        """The event or message behind the line."""
        return self.log_id.action_open_record()
