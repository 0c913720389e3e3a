from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..models.mfg_source import STARTS


class MfgSourceRestart(models.TransientModel):
    """An administrator has a polled list read again, and knows what that will do."""

    _name = "mfg.source.restart"
    _description = "Start Polling Over"

    source_id = fields.Many2one("mfg.source", "List", required=True, readonly=True)
    start = fields.Selection(STARTS, "Start from", required=True, default="all")
    since = fields.Datetime("Date", default=lambda self: fields.Datetime.now())
    effect = fields.Text(compute="_compute_effect")

    @api.depends("start", "source_id")
    def _compute_effect(self):
        effects = {
            "all": _(
                "The whole list is read again, however long that takes. Items that did"
                " not change since they were last read are not taken a second time;"
                " items that were left out until now are taken."
            ),
            "date": _(
                "The list is read again from this date. Items that did not change since"
                " they were last read are not taken a second time; items that changed"
                " before the date and were never taken are left out."
            ),
            "now": _(
                "Only what changes from now on is taken. Changes that were not read yet"
                " are left out for good."
            ),
        }
        for wizard in self:
            wizard.effect = effects.get(wizard.start)

    def action_start_over(self):
        """Read the list from the chosen moment on, beginning at once."""
        self.ensure_one()
        self.env.user._mfg_check_role(
            "administrator",
            _(
                "Only an Integration Administrator may have a list read again. Ask"
                " your administrator."
            ),
        )
        if self.start == "date" and not self.since:
            raise UserError(_("Choose the date from which changes are taken."))
        since = self.since if self.start == "date" else False
        self.source_id._start_over(self.start, since)
        return {"type": "ir.actions.act_window_close"}
