from odoo import _, api, models

from odoo.addons.mfg_integration_core.models.mfg_setting_registry import Setting

from .mfg_edge_retention_history import SETTING


class MfgSettingHistory(models.Model):
    _inherit = "mfg.setting"

    @api.model
    def _registry(self):
        """Extended: how long it is kept what machines did."""
        return {
            **super()._registry(),
            SETTING: Setting(
                "integer",
                730,
                _("Machine history is kept (days)"),
                _(
                    "States, stops, alarms and crossings of machines, and missing"
                    " events and enrolments of devices that are over; 0 keeps them for"
                    " ever. What an entry of the productivity log or a maintenance"
                    " request stems from stays."
                ),
                depth="plant",
                least=0,
            ),
        }
