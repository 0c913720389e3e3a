from odoo import _, api, models

from odoo.addons.mfg_integration_core.models.mfg_setting_registry import Setting


class MfgSetting(models.Model):
    _inherit = "mfg.setting"

    @api.model
    def _registry(self):
        """Extended: whom a hold names as the one who can clear it."""
        return {
            **super()._registry(),
            "hold.clearer_fault": Setting(
                "char",
                _("Maintenance"),
                _("Who clears equipment faults"),
                _("Whom people should ask about a hold after a machine's fault."),
            ),
        }
