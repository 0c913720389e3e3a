from odoo import models

from .maintenance_request import REQUESTED
from .maintenance_request_changes import CHANGED, COMMENTED, STATE_CHANGED


class MfgSubscription(models.Model):
    _inherit = "mfg.subscription"

    def _matches(self, document):
        """Extended: what follows a request is told to who was asked to work on it."""
        if not super()._matches(document):
            return False
        follows = (CHANGED, STATE_CHANGED, COMMENTED)
        return self.event_type_id.name not in follows or self._was_asked(document)

    def _was_asked(self, request):
        """Whether the connector knows the request, or will by a message before."""
        if self.env["mfg.binding"].sudo()._external_id(self.connector_id, request):
            return True
        # Equal, not "in": only so the planner takes the index of these messages.
        asked = [
            ("event_type", "=", REQUESTED),
            ("res_id", "=", request.id),
            ("connector_id", "=", self.connector_id.id),
            ("state", "!=", "cancelled"),
        ]
        return bool(self.env["mfg.outbox.message"].sudo().search(asked, limit=1))
