from datetime import timedelta, timezone

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..exceptions import ConfigurationError
from ..protocols import client_tls

#: Days before a certificate expires from which on the screens say so.
WARN_DAYS = 30


class MfgConnectorTls(models.Model):
    """Certificates of both sides; verification itself is always on."""

    _inherit = "mfg.connector"

    tls_authorities = fields.Text(
        "Trusted Authorities",
        help="Certificates (PEM) of the private authorities that issue this partner's"
        " certificate. Only they are trusted then. Empty = the public authorities.",
    )
    tls_certificate = fields.Text(
        "Client Certificate",
        help="Certificate (PEM) that we show to this partner, followed by its"
        " intermediate ones, if any.",
    )
    tls_key = fields.Text(
        "Private Key",
        compute="_compute_tls_key",
        inverse="_inverse_tls_key",
        copy=False,
        help="Key (PEM, without password) of the client certificate. Encrypted when you"
        " save and never shown again.",
    )
    has_tls_key = fields.Boolean(compute="_compute_tls_key")
    tls_expires_at = fields.Datetime(
        "Certificates Valid until",
        compute="_compute_tls_expires_at",
        store=True,
        help="When the first of the connector's certificates expires.",
    )
    tls_warning = fields.Char(compute="_compute_tls_warning")

    # ------------------------------------------------------------- constraints

    @api.constrains("tls_authorities", "tls_certificate", "tls_key")
    def _check_tls(self):
        for connector in self:
            try:
                if connector.tls_authorities:
                    client_tls.read_certificates(connector.tls_authorities)
                if connector.tls_certificate:
                    connector._check_tls_pair()
            except ConfigurationError as error:
                raise ValidationError(str(error)) from error

    def _check_tls_pair(self):
        """Refuse a client certificate without the key that belongs to it."""
        tls = self._client_tls()
        client_tls.read_certificates(tls.certificate)
        if not tls.key:
            raise ValidationError(
                _("Enter the private key of the client certificate as well.")
            )
        client_tls.check_pair(tls.certificate, tls.key)

    # ---------------------------------------------------------------- computes

    @api.depends("secret_ids.purpose")
    def _compute_tls_key(self):
        for connector in self:
            purposes = connector.sudo().secret_ids.mapped("purpose")
            connector.has_tls_key = "client_key" in purposes
            # Written only: what was stored never comes back to a screen.
            connector.tls_key = False

    def _inverse_tls_key(self):
        """Seal the key that was typed in; it replaces the one before."""
        for connector in self.filtered("tls_key"):
            older = connector.secret_ids.filtered(
                lambda secret: secret.purpose == "client_key"
            )
            self.env["mfg.secret"]._add(connector, "client_key", connector.tls_key)
            older.unlink()
        self.invalidate_recordset(["tls_key"])

    @api.depends("tls_authorities", "tls_certificate")
    def _compute_tls_expires_at(self):
        for connector in self:
            texts = (connector.tls_authorities, connector.tls_certificate)
            moments = [_expires_at(text) for text in texts if text]
            connector.tls_expires_at = min(filter(None, moments), default=False)

    @api.depends("tls_expires_at")
    def _compute_tls_warning(self):
        now = fields.Datetime.now()
        for connector in self:
            ends_at = connector.tls_expires_at
            day = ends_at and format_date(self.env, ends_at)
            if not ends_at or ends_at > now + timedelta(days=WARN_DAYS):
                connector.tls_warning = False
            elif ends_at > now:
                connector.tls_warning = _(
                    "A certificate of this connector expires on %(day)s. Ask for a new"
                    " one and paste it under Credentials.",
                    day=day,
                )
            else:
                connector.tls_warning = _(
                    "A certificate of this connector expired on %(day)s: encrypted"
                    " connections fail. Paste a new one under Credentials.",
                    day=day,
                )

    # ----------------------------------------------------------------- business

    def _client_tls(self):
        """What the connector trusts and shows, the key in clear. Never log it."""
        self.ensure_one()
        keys = self._secrets("client_key") if self.tls_certificate else []
        return client_tls.ClientTls(
            authorities=self.tls_authorities or "",
            certificate=self.tls_certificate or "",
            key=keys[0] if keys else "",
        )


def _expires_at(pem):
    """Naive UTC moment as Odoo stores it; None for what is no certificate."""
    try:
        moment = client_tls.expires_at(pem)
    except ConfigurationError:
        # The constraint refuses it with an explanation.
        return None
    return moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)
