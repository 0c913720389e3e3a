from odoo import fields, models


class MfgDeadLetterAssign(models.TransientModel):
    """A person says who takes care of failures."""

    _name = "mfg.dead.letter.assign"
    _description = "Assign Dead Letters"

    letter_ids = fields.Many2many(
        "mfg.dead.letter",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    owner_id = fields.Many2one(
        "res.users",
        "Responsible",
        domain=[("share", "=", False)],
        help="Empty: nobody yet.",
    )

    def action_assign(self):
        """Make the chosen user responsible for the letters."""
        self.ensure_one()
        for direction in ("in", "out"):
            self.letter_ids._records(direction)._assign(self.owner_id)
        return {"type": "ir.actions.act_window_close"}
