from odoo import models

from .maintenance_request import REQUESTED
from .maintenance_request_changes import CHANGED


class MfgOutboxMessage(models.Model):
    _inherit = "mfg.outbox.message"

    def init(self):
        """Extended: who was asked for a request is looked up at each change of it."""
        super().init()
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS mfg_outbox_message_requested_index
                ON mfg_outbox_message (res_id)
             WHERE event_type = 'mfg.maintenance.requested.v1'
            """
        )

    def _prepare_message(self, subscription, event_type, document, data, subject):
        """Extended: a CMMS is told its own id of the asset, where it has one."""
        if event_type in (REQUESTED, CHANGED):
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
