from odoo import api, models

from .mfg_retention import BODIES


class MfgPayloadRetention(models.AbstractModel):
    """Versions of a payload are bodies too, and leave with those of their event."""

    _inherit = "mfg.retention"

    @api.model
    def _remove(self, step, store, ids):
        super()._remove(step, store, ids)
        if step == BODIES and store.model == "mfg.inbox.event":
            versions = self.env["mfg.payload.version"].search([("event_id", "in", ids)])
            self._empty("mfg_payload_version", ("content",), versions.ids)
