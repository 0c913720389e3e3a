import json

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..exceptions import InvalidEventError, MfgIntegrationError, in_full
from ..protocols import strict_json


class MfgTemplateTrial(models.TransientModel):
    """Shows what a template makes of a message, and what the partner answers."""

    _name = "mfg.template.trial"
    _inherit = ["mfg.reopening.mixin"]
    _description = "Try Template"

    connector_id = fields.Many2one("mfg.connector", required=True, readonly=True)
    subscription_id = fields.Many2one(
        "mfg.subscription",
        "Operation",
        domain="[('connector_id', '=', connector_id), ('operation', '!=', False)]",
        help="Empty tries the connection test.",
    )
    message_id = fields.Many2one(
        "mfg.outbox.message",
        "Real Message",
        domain="[('subscription_id', '=', subscription_id)]",
        help="Fills in the event below; without one it is the example of its contract.",
    )
    reference = fields.Char(
        "Partner's Reference",
        help="What the partner calls the document, for operations that change it.",
    )
    event = fields.Text(
        compute="_compute_event",
        # As the person, who must not see the messages of other companies.
        compute_sudo=False,
        store=True,
        readonly=False,
        help="The CloudEvent to try with. Change it as you like. What masking rules"
        " hide of a real message is sent as it is shown here.",
    )
    told = fields.Text("What Happens", readonly=True)
    ended_well = fields.Boolean(readonly=True)
    was_sent = fields.Boolean(readonly=True)

    @api.depends("subscription_id", "message_id")
    def _compute_event(self):
        """The event of the real message, else the example of the contract."""
        contracts = self.env["mfg.event.type"]._contracts()
        for trial in self:
            event_type = trial.subscription_id.event_type_id.name
            if trial.message_id:
                content = trial.message_id.snapshot_shown
            elif event_type in contracts.types():
                content = contracts.example(event_type)
            else:
                content = {"id": "trial", "type": event_type or "", "data": {}}
            trial.event = json.dumps(content, indent=2, ensure_ascii=False)

    @api.onchange("message_id")
    def _onchange_message_id(self):
        """The partner's reference that the message's document is bound to."""
        self.reference = self.message_id.document_reference

    def action_foresee(self):
        """Show the request; nothing is sent."""
        return self._try_out(send=False)

    def action_send(self):
        """Send it, which has its effect at the partner, and show every call."""
        return self._try_out(send=True)

    def _try_out(self, send):
        self.ensure_one()
        # Whoever may not see the connector must not speak for it either.
        self.connector_id.read(["code"])
        # sudo: the request holds the connector's secret; what is told does not.
        connector = self.connector_id.sudo()
        adapter = connector.env["mfg.connector.adapter"]._of(connector)
        operation = self.subscription_id.operation or None
        try:
            with adapter._open(connector) as line:
                told = adapter._try_out(line, operation, self._message(), send)
        except MfgIntegrationError as error:
            raise UserError(in_full(error)) from error
        self.write({"told": told.text, "ended_well": told.ended_well, "was_sent": send})
        return self._reopened(_("Try Template"), dialog_size="extra-large")

    def _message(self):
        """The event as it was edited, with the partner's reference."""
        try:
            message = strict_json.read(self.event or "{}", what=_("The event"))
        except InvalidEventError as error:
            raise UserError(error.detail) from error
        if not isinstance(message, dict):
            raise UserError(_("The event must be a JSON object, a CloudEvent."))
        if self.reference:
            message["reference"] = self.reference
        return message
