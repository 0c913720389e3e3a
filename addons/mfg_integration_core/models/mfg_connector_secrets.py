from odoo import api, fields, models

from ..protocols import webhook_signature


class MfgConnectorSecrets(models.Model):
    """What a connector and its partner prove themselves with; never shown again."""

    _inherit = "mfg.connector"

    outbound_secret = fields.Char(
        compute="_compute_secrets", inverse="_inverse_outbound_secret", copy=False
    )
    inbound_secret = fields.Char(
        compute="_compute_secrets", inverse="_inverse_inbound_secret", copy=False
    )
    secret_ids = fields.One2many(
        "mfg.secret",
        "connector_id",
        copy=False,
        groups="mfg_integration_core.group_administrator",
    )
    has_outbound_secret = fields.Boolean(compute="_compute_secrets")
    has_inbound_secret = fields.Boolean(compute="_compute_secrets")

    @api.depends("secret_ids.purpose")
    def _compute_secrets(self):
        for connector in self:
            purposes = set(connector.sudo().secret_ids.mapped("purpose"))
            connector.has_outbound_secret = "outbound" in purposes
            connector.has_inbound_secret = "inbound" in purposes
            # Written only: what was stored never comes back to a screen.
            connector.outbound_secret = False
            connector.inbound_secret = False

    def _inverse_outbound_secret(self):
        self._seal_secret("outbound")

    def _inverse_inbound_secret(self):
        self._seal_secret("inbound")

    def _seal_secret(self, purpose):
        """Seal what was typed in, and forget it before a screen reads it back."""
        name = f"{purpose}_secret"
        for connector in self.filtered(name):
            self.env["mfg.secret"]._add(connector, purpose, connector[name])
        self.invalidate_recordset([name])

    def _secrets(self, purpose):
        """Secrets of a purpose as clear text, newest first. Never log them."""
        self.ensure_one()
        return self.env["mfg.secret"].sudo()._clear_values(self, purpose)

    def action_generate_inbound_secret(self):
        """Make a secret for the partner's signatures and show it this once."""
        self.ensure_one()
        secret = webhook_signature.new_secret()
        self.env["mfg.secret"]._add(self, "inbound", secret)
        return self.env["mfg.secret"]._show_once(secret)
