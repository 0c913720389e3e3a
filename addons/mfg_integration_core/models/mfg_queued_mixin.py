from psycopg2 import sql

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..copied_many2one import CopiedMany2one

#: States in which a row is worked on, or will be at once.
UNDERWAY_STATES = ("received", "processing", "pending", "delivering")


class MfgQueuedMixin(models.AbstractModel):
    """What inbox events and outbox messages have in common: a place in a lane."""

    _name = "mfg.queued.mixin"
    _inherit = [
        "mfg.document.mixin",
        "mfg.chain.mixin",
        "mfg.pause.mixin",
        "mfg.masked.mixin",
    ]
    _description = "Queued in a Lane"

    uuid = fields.Char("UUID", required=True, readonly=True, index=True)
    connector_id = fields.Many2one(
        "mfg.connector", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = CopiedMany2one("res.company", readonly=True)
    plant_id = CopiedMany2one(
        "mfg.plant",
        readonly=True,
        ondelete="restrict",
        help="Plant of the connector, else of the document.",
    )
    event_type = fields.Char(readonly=True)
    ordering_key = fields.Char(required=True, readonly=True)
    lane_id = fields.Many2one("mfg.lane", readonly=True, ondelete="set null")
    lane_sequence = fields.Integer(readonly=True, help="Position in the lane.")
    attempt_count = fields.Integer(
        readonly=True, group_operator=None, help="Tries, the first included."
    )
    attempts_before = fields.Integer(
        "Earlier Tries",
        readonly=True,
        help="Those before a person last asked for another; the retry plan began anew.",
    )
    next_attempt_at = fields.Datetime(readonly=True)
    reason_code = fields.Char(readonly=True)
    reason = fields.Text(readonly=True)
    correlation_id = fields.Char(readonly=True, index=True)
    causation_id = fields.Char(readonly=True)
    traceparent = fields.Char(
        "Trace", readonly=True, help="Its place in a trace: W3C Trace Context."
    )
    bodies_removed_at = fields.Datetime(
        readonly=True, help="Since then only the row is kept, not what it said."
    )
    is_underway = fields.Boolean(compute="_compute_is_underway")

    @api.depends("state", "reason", "held_by_pause")
    def _compute_is_underway(self):
        """A screen waits for news: one whose try failed already tells when it goes."""
        for row in self:
            row.is_underway = not row.held_by_pause and (
                row.state in UNDERWAY_STATES
                or (row.state == "retry" and not row.reason)
            )

    def _prepare_queue(self, final_states, usual_states):
        """Give the table its place in the log and the indexes of the lanes.

        The log is a UNION ALL of inbox and outbox and needs ids that are unique over
        both, so both draw them from one sequence.

        :param final_states: those that a lane goes on behind; an index of the others
            stays as small as the backlog
        :param usual_states: those on the way of a row with which all goes well; an
            index of the others costs such a row nothing
        """
        table = self._table
        self.env.cr.execute(
            sql.SQL(
                """
                CREATE SEQUENCE IF NOT EXISTS mfg_log_id_seq;
                ALTER TABLE {table}
                    ALTER COLUMN id SET DEFAULT nextval('mfg_log_id_seq');
                CREATE INDEX IF NOT EXISTS {log_index}
                    ON {table} (create_date, id);
                CREATE INDEX IF NOT EXISTS {lane_index}
                    ON {table} (lane_id, lane_sequence) WHERE state NOT IN ({final});
                CREATE INDEX IF NOT EXISTS {unusual_index}
                    ON {table} (state, id) WHERE state NOT IN ({usual});
                CREATE INDEX IF NOT EXISTS {adopt_index}
                    ON {table} (connector_id, id) WHERE lane_id IS NULL;
                CREATE INDEX IF NOT EXISTS {dead_index}
                    ON {table} (failed_at, id) WHERE cause IS NOT NULL;
                CREATE INDEX IF NOT EXISTS {document_index}
                    ON {table} (res_id, res_model) WHERE res_id IS NOT NULL;
                CREATE INDEX IF NOT EXISTS {bodies_index}
                    ON {table} (create_date, id) WHERE bodies_removed_at IS NULL;
                """
            ).format(
                table=sql.Identifier(table),
                log_index=sql.Identifier(f"{table}_log_index"),
                lane_index=sql.Identifier(f"{table}_lane_index"),
                unusual_index=sql.Identifier(f"{table}_unusual_index"),
                adopt_index=sql.Identifier(f"{table}_adopt_index"),
                dead_index=sql.Identifier(f"{table}_dead_index"),
                document_index=sql.Identifier(f"{table}_document_index"),
                bodies_index=sql.Identifier(f"{table}_bodies_index"),
                # Literals, since an index predicate takes no parameters.
                final=sql.SQL(", ").join(map(sql.Literal, final_states)),
                usual=sql.SQL(", ").join(map(sql.Literal, usual_states)),
            )
        )

    def _set_state(self, target, *, allowed, **values):
        """Go to ``target`` from one of the ``allowed`` states; nothing else writes it.

        :return: whether the row was in an allowed state
        """
        self.ensure_one()
        if self.state not in allowed:
            return False
        self.sudo().write({"state": target, **values})
        return True

    def _queue_again(self):
        """Let rows that stand still have another try, first in their lanes."""
        self._check_bodies()
        for row in self:
            row._set_state(
                "retry",
                allowed=("dead", "held", "rejected", "waiting", "retry"),
                attempts_before=row.attempt_count,
                next_attempt_at=False,
                reason_code=False,
                reason=False,
            )
        self.lane_id._unpark()
        self.connector_id._wake()

    def _check_bodies(self):
        """Refuse to repeat what nobody knows any more.

        :raise UserError: the retention removed what one of the rows said
        """
        empty = self.filtered("bodies_removed_at")[:1]
        if empty:
            raise UserError(
                _(
                    "What %(uuid)s said was removed on %(moment)s, as the retention of"
                    " its type asks. Have its sender send it again.",
                    uuid=empty.uuid,
                    moment=empty.bodies_removed_at,
                )
            )

    def check_access_for_operator(self):
        """Refuse who may look but not act."""
        self.env.user._mfg_check_role("operator")

    def _notice_of_retry(self):
        """Tell who asked that the work goes on behind the screen, which reloads."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "title": _("Trying again"),
                "message": _("This happens in the background."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
