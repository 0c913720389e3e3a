from odoo import _, api, models

from odoo.addons.mfg_integration_core.models.mfg_setting_registry import Setting


class MfgSetting(models.Model):
    _inherit = "mfg.setting"

    @api.model
    def _registry(self):
        """Extended: whom a hold names as the one who can clear it."""
        return {
            **super()._registry(),
            "hold.clearer_quality": Setting(
                "char",
                _("Quality"),
                _("Who clears quality reviews"),
                _("Whom people should ask about a hold that waits for quality."),
            ),
        }
