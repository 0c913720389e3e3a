from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..exceptions import MfgIntegrationError


class MfgPayloadCorrect(models.TransientModel):
    """A person puts right what a sender got wrong, and has the event handled."""

    _name = "mfg.payload.correct"
    _inherit = ["mfg.reopening.mixin"]
    _description = "Correct Payload"

    event_id = fields.Many2one("mfg.inbox.event", required=True, readonly=True)
    event_type = fields.Char(related="event_id.event_type", related_sudo=False)
    refused_for = fields.Text(
        "Refused for", related="event_id.reason", related_sudo=False
    )
    content = fields.Text(
        "Payload",
        required=True,
        compute="_compute_content",
        # As the person, who must not see the events of other companies and plants.
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    why = fields.Text("Reason")
    problem = fields.Char(readonly=True)
    checked = fields.Boolean(readonly=True)

    @api.depends("event_id")
    def _compute_content(self):
        for wizard in self:
            wizard.content = wizard.event_id._content_shown()

    @api.onchange("content")
    def _onchange_content(self):
        """What was found out about an older text says nothing of this one."""
        self.problem, self.checked = False, False

    def action_check(self):
        """Hold the text against the contract and say what is wrong, and where."""
        self.ensure_one()
        self.problem = self._problem()
        self.checked = not self.problem
        return self._reopen()

    def action_resubmit(self):
        """Keep the corrected payload and have the event handled with it."""
        self.ensure_one()
        if not self.why:
            raise UserError(_("Say why the payload is corrected."))
        self.problem = self._problem()
        if self.problem:
            return self._reopen()
        self.event_id._correct(self.content, self.why)
        return {"type": "ir.actions.act_window_close"}

    def _problem(self):
        """What is wrong with the text and where, or an empty string."""
        try:
            self.event_id._check_content(self.content)
        except MfgIntegrationError as error:
            return f"{error.pointer}: {error}" if error.pointer else str(error)
        return ""

    def _reopen(self):
        """Show the wizard as it is now."""
        return self._reopened(_("Correct the Payload"))
