from odoo import models


class MfgSubscription(models.Model):
    """Extended: a device is asked by way of its own connector only."""

    _inherit = "mfg.subscription"

    def _matches(self, document):
        """Extended: no other partner can send again what a device has sent."""
        if (
            document._name == "mfg.edge.device"
            and document.connector_id != self.connector_id
        ):
            return False
        return super()._matches(document)
