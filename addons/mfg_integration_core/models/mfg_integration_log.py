from psycopg2 import sql

from odoo import _, api, fields, models, tools

#: The models that the log is made of, by direction.
QUEUE_MODELS = {"in": "mfg.inbox.event", "out": "mfg.outbox.message"}
_SHARED = (
    "id",
    "uuid",
    "event_type",
    "connector_id",
    "company_id",
    "plant_id",
    "state",
    "reason_code",
    "reason",
    "res_model",
    "res_id",
    "correlation_id",
    "attempt_count",
    "create_date",
)


class MfgIntegrationLog(models.Model):
    """Everything that came in and everything that goes out, in one list.

    A bare ``UNION ALL`` over ids of one shared sequence, so that the first page and the
    filter on the date use the ``(create_date, id)`` index of both tables. One condition
    inside, even one that is always true, and PostgreSQL reads and sorts all rows.
    """

    _name = "mfg.integration.log"
    _inherit = ["mfg.document.mixin", "mfg.pause.mixin"]
    _description = "Integration Log"
    _auto = False
    _order = "create_date desc, id desc"
    _rec_name = "uuid"

    direction = fields.Selection([("in", "In"), ("out", "Out")], readonly=True)
    uuid = fields.Char("UUID", readonly=True)
    event_type = fields.Char(readonly=True)
    connector_id = fields.Many2one("mfg.connector", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    plant_id = fields.Many2one("mfg.plant", readonly=True)
    state = fields.Selection("_selection_state", readonly=True)
    reason_code = fields.Char(readonly=True)
    reason = fields.Text(readonly=True)
    correlation_id = fields.Char(readonly=True)
    attempt_count = fields.Integer(readonly=True, group_operator=None)
    create_date = fields.Datetime("Stored on", readonly=True)
    age_s = fields.Integer("Age (s)", compute="_compute_age_s")

    #: Columns and rows of both tables that the view shows.
    _log_columns = _SHARED
    _log_condition = ""

    def init(self):
        tools.drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(
            sql.SQL(
                """
                CREATE VIEW {view} AS (
                    SELECT 'in' AS direction, {columns} FROM mfg_inbox_event
                    {condition}
                    UNION ALL
                    SELECT 'out' AS direction, {columns} FROM mfg_outbox_message
                    {condition})
                """
            ).format(
                view=sql.Identifier(self._table),
                columns=sql.SQL(", ").join(map(sql.Identifier, self._log_columns)),
                condition=sql.SQL(self._log_condition),
            )
        )

    def _records(self, direction):
        """The events (``in``) or messages (``out``) behind the rows."""
        rows = self.filtered(lambda row: row.direction == direction)
        return self.env[QUEUE_MODELS[direction]].browse(rows.ids)

    @api.model
    def _selection_state(self):
        """States of both directions, each once."""
        states = {}
        for model in QUEUE_MODELS.values():
            states |= dict(
                self.env[model]._fields["state"]._description_selection(self.env)
            )
        return list(states.items())

    def _compute_age_s(self):
        now = fields.Datetime.now()
        for row in self:
            row.age_s = (now - row.create_date).total_seconds()

    def action_open_record(self):
        """The event or message behind the row."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Event") if self.direction == "in" else _("Message"),
            "res_model": QUEUE_MODELS[self.direction],
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def action_replay(self):
        """Open the replay of these rows."""
        return {
            "type": "ir.actions.act_window",
            "name": _("Replay"),
            "res_model": "mfg.replay",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_selection_ids": self.ids},
        }
