from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..exceptions import ConfigurationError
from ..protocols import key_scope


class MfgConnectorSources(models.Model):
    """From where a partner may call, however it proves itself."""

    _inherit = "mfg.connector"

    allowed_sources = fields.Char(
        "Takes Calls from",
        tracking=True,
        help="Addresses that the partner calls from: networks like 10.20.0.0/16 or"
        " fd12:3456::/48, or single addresses, separated by commas. Empty = from"
        " everywhere. It holds for signatures, keys, tokens and logins alike.",
    )

    @api.constrains("allowed_sources")
    def _check_allowed_sources(self):
        for connector in self:
            try:
                key_scope.read_sources(connector.allowed_sources or "")
            except ConfigurationError as error:
                raise ValidationError(str(error)) from error
