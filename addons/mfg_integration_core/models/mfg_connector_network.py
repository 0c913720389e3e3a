from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..exceptions import ConfigurationError, RetryableDeliveryError
from ..protocols.partner_network import PartnerNetwork
from ..protocols.url_guard import UrlGuard, parse_networks


class MfgConnectorNetwork(models.Model):
    """Where a connector may call."""

    _inherit = "mfg.connector"

    allowed_networks = fields.Char(
        tracking=True,
        help="Public addresses can always be called. An address inside your own network"
        " only if it is listed here: networks like 10.20.0.0/16 or single addresses"
        " like 192.168.7.12, separated by commas.",
    )

    @api.constrains("allowed_networks")
    def _check_allowed_networks(self):
        for connector in self:
            try:
                parse_networks(connector.allowed_networks)
            except ConfigurationError as error:
                raise ValidationError(str(error)) from error

    def _network(self):
        """What the connector's calls depend on; holds a key, never log it.

        Every call of every adapter passes here, so this is where a copy of a database
        finds that it may not call anybody.

        :raise RetryableDeliveryError: code ``disarmed``
        :raise ConfigurationError: the stored key cannot be read
        """
        self.ensure_one()
        if not self._is_armed():
            raise RetryableDeliveryError(
                _(
                    "This database is not armed, so it calls nobody. Arm it in"
                    " Settings > Manufacturing Integration if it is the one that may."
                ),
                code="disarmed",
            )
        return PartnerNetwork(
            UrlGuard(parse_networks(self.allowed_networks)), self._client_tls()
        )
