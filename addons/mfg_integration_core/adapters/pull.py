from odoo import _, models

from ..exceptions import PermanentDeliveryError


class MfgConnectorAdapterPull(models.AbstractModel):
    """Nobody is called: the partner fetches its messages and acknowledges them."""

    _name = "mfg.connector.adapter.pull"
    _inherit = "mfg.connector.adapter"
    _description = "Pull Adapter"

    def _prepare_exchange(self, line, message, uncertain):
        raise PermanentDeliveryError(
            "The partner fetches its messages; nothing is sent to it."
        )

    def _check(self, line):
        return _("Nobody is called: the partner fetches its messages.")
