from odoo import _, fields, models
from odoo.exceptions import AccessError


class MfgHoldLift(models.TransientModel):
    """A person lifts holds by hand and says why."""

    _name = "mfg.hold.lift"
    _description = "Lift Hold"

    hold_ids = fields.Many2many("mfg.hold", string="Holds", required=True)
    reason = fields.Text(required=True)

    def action_lift(self):
        """Lift the holds; a document without any other goes on by itself."""
        self.ensure_one()
        if not self.env.user.has_group("mfg_integration_core.group_operator"):
            raise AccessError(
                _(
                    "Only an Integration Operator may lift a hold."
                    " Ask your administrator."
                )
            )
        self.hold_ids._lift(self.reason)
        return {"type": "ir.actions.act_window_close"}
