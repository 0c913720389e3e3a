from odoo import models

from .maintenance_request import REQUESTED


class MfgOutboxMessage(models.Model):
    _inherit = "mfg.outbox.message"

    def _prepare_message(self, subscription, event_type, document, data, subject):
        """Extended: a CMMS is told its own id of the asset, where it has one."""
        if event_type == REQUESTED:
            asset = {
                **data["asset"],
                "external_id": self.env["mfg.binding"]
                .sudo()  # whoever reports a fault need not read bindings
                ._external_id(subscription.connector_id, document.equipment_id)
                or None,
            }
            data = {**data, "asset": asset}
        return super()._prepare_message(
            subscription, event_type, document, data, subject
        )
