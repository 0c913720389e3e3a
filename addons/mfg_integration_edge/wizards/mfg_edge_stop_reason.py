from odoo import fields, models


class MfgEdgeStopReason(models.TransientModel):
    """A person says why machines stood still."""

    _name = "mfg.edge.stop.reason"
    _description = "Reason of Stops"

    stop_ids = fields.Many2many(
        "mfg.edge.stop",
        string="Stops",
        required=True,
        default=lambda self: self.env.context.get("active_ids", []),
    )
    loss_id = fields.Many2one(
        "mrp.workcenter.productivity.loss",
        "Reason",
        required=True,
        domain=[("manual", "=", True)],
        help="The productivity log of the work center gets it, too.",
    )
    text = fields.Char("Remark")

    def action_confirm(self):
        """Take the reason over, as the newest word on each stop."""
        self.stop_ids.read(["began_at"])  # Refused where the user sees no such stop.
        # sudo: nobody writes stops; who may see one may say why it was.
        for stop in self.stop_ids.sudo():
            stop._explain(
                self.sudo().loss_id,
                code=False,
                text=self.text,
                by=self.env.user.name,
                at=fields.Datetime.now(),
            )
        return {"type": "ir.actions.act_window_close"}
