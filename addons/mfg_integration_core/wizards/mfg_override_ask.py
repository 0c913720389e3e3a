from datetime import timedelta

from odoo import _, fields, models
from odoo.exceptions import UserError


class MfgOverrideAsk(models.TransientModel):
    """A person asks for leave to pass a gate and says why."""

    _name = "mfg.override.ask"
    _description = "Ask for Override"

    res_model = fields.Char(
        required=True,
        default=lambda self: self.env.context.get("active_model"),
    )
    res_id = fields.Integer(
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    reason = fields.Text(required=True)
    once = fields.Boolean(
        "For once",
        default=True,
        help="One pass only; else as often as needed until it ends.",
    )
    valid_until = fields.Datetime(
        "Ends",
        required=True,
        default=lambda self: fields.Datetime.now() + timedelta(hours=8),
    )

    def action_ask(self):
        """Put the request on the list for somebody else to decide."""
        self.ensure_one()
        self.env["mfg.override"]._ask(
            self._document(),
            self.reason,
            valid_until=self.valid_until,
            once=self.once,
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": _(
                    "It is on the list Holds, Overrides. Somebody else with the role"
                    " Approver decides."
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _document(self):
        """What is to pass, as far as the person may see it."""
        model = self.env.get(self.res_model)
        if model is None or "mfg_hold_ids" not in model._fields:
            raise UserError(_("Nothing stands against such a thing."))
        # A search, since the id comes from outside: it finds what the person may see.
        return model.with_context(active_test=False).search([("id", "=", self.res_id)])
