from odoo import models


class MfgConnectorChange(models.Model):
    """What of a live connector two people change: how it is read, and its policies."""

    _name = "mfg.connector"
    _inherit = ["mfg.change.mixin", "mfg.connector"]

    _mfg_agreed_fields = frozenset(
        {
            "template",
            "own_codes",
            "map_approval",
            "outage_policy",
            "outage_grace_h",
            "clock_limit_s",
            "tolerance_s",
        }
    )

    def _mfg_holds(self):
        return self.state != "draft"


class MfgEventTypeChange(models.Model):
    """What of a type of event two people change: who handles it, and what is kept."""

    _name = "mfg.event.type"
    _inherit = ["mfg.change.mixin", "mfg.event.type"]

    _mfg_agreed_fields = frozenset(
        {
            "active",
            "direction",
            "handler_model",
            "gates_orders",
            "has_own_retention",
            "keep_bodies_days",
            "keep_headers_days",
        }
    )
