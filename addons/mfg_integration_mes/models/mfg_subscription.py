from odoo import api, models

from .release_events import CHANGED, FOLLOWING, RELEASED


class MfgSubscription(models.Model):
    _inherit = "mfg.subscription"

    @api.model_create_multi
    def create(self, vals_list):
        """Extended: a change tells the whole order, so the last one is enough."""
        kind = self.env["mfg.event.type"].search([("name", "=", CHANGED)])
        for vals in vals_list:
            if kind and vals.get("event_type_id") == kind.id:
                vals.setdefault("full_state", True)
        return super().create(vals_list)

    def _matches(self, document):
        """Extended: what becomes of an order is told to who was asked to make it."""
        if not super()._matches(document):
            return False
        return self.event_type_id.name not in FOLLOWING or self._got_order(document)

    def _got_order(self, order):
        """Whether the connector knows the order, or will by a message before."""
        # Equal, not "in": only so the planner takes the index of these messages.
        asked = [
            ("event_type", "=", RELEASED),
            ("res_id", "=", order.id),
            ("connector_id", "=", self.connector_id.id),
            ("state", "!=", "cancelled"),
        ]
        # sudo: whoever changes an order need not see what was exchanged.
        if self.env["mfg.outbox.message"].sudo().search(asked, limit=1):
            return True
        return bool(
            self.env["mfg.binding"].sudo()._external_id(self.connector_id, order)
        )
