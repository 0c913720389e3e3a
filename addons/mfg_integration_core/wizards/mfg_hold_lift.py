from odoo import _, api, fields, models

from ..models.mfg_quarantine import DECISIONS


class MfgHoldLift(models.TransientModel):
    """A person lifts holds by hand and says why."""

    _name = "mfg.hold.lift"
    _description = "Lift Hold"

    hold_ids = fields.Many2many("mfg.hold", string="Holds", required=True)
    reason = fields.Text(required=True)
    has_goods = fields.Boolean(compute="_compute_has_goods")
    decision = fields.Selection(DECISIONS, "Goods", required=True, default="back")

    @api.depends("hold_ids")
    def _compute_has_goods(self):
        for wizard in self:
            models = wizard.hold_ids.mapped("res_model")
            wizard.has_goods = "mfg.quarantine" in models

    def action_lift(self):
        """Lift the holds; a document without any other goes on by itself."""
        self.ensure_one()
        self.env.user._mfg_check_role(
            "operator",
            _("Only an Integration Operator may lift a hold. Ask your administrator."),
        )
        self.hold_ids._check_liftable_by_hand()
        goods = self.hold_ids.filtered(lambda hold: hold.res_model == "mfg.quarantine")
        # sudo: the role may decide about goods on hold, and nobody writes them by hand.
        self.env["mfg.quarantine"].sudo().browse(goods.mapped("res_id")).write(
            {"decision": self.decision}
        )
        self.hold_ids._lift(self.reason)
        return {"type": "ir.actions.act_window_close"}
