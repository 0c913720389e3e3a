from odoo import _, api, fields, models

#: States in which a row waits for nothing but its turn.
QUEUED_STATES = ("pending", "received", "retry")


class MfgPauseMixin(models.AbstractModel):
    """Tells of rows that stand still only since their connector is paused.

    A pause changes no row: it stops the workers, so that there is nothing to undo
    when it ends. For inheriting models with ``connector_id`` and ``state``.
    """

    _name = "mfg.pause.mixin"
    _description = "Held by Pause"

    held_by_pause = fields.Boolean(
        compute="_compute_held_by_pause", search="_search_held_by_pause"
    )
    pause_note = fields.Char("Held", compute="_compute_held_by_pause")

    @api.depends("state", "connector_id.state")
    def _compute_held_by_pause(self):
        note = _("By pause")
        for row in self:
            row.held_by_pause = (
                row.state in QUEUED_STATES and row.connector_id.state == "paused"
            )
            row.pause_note = note if row.held_by_pause else ""

    def _search_held_by_pause(self, operator, value):
        held = [
            ("state", "in", QUEUED_STATES),
            ("connector_id.state", "=", "paused"),
        ]
        # 19.0 asks with `in` and a set of values, 17.0 with `=` and one.
        wanted = True in value if operator in ("in", "not in") else bool(value)
        return held if wanted == (operator in ("=", "in")) else ["!", "&", *held]
