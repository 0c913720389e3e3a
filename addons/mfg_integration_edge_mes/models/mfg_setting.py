from odoo import _, api, models

from odoo.addons.mfg_integration_core.models.mfg_setting_registry import Setting


class MfgSetting(models.Model):
    _inherit = "mfg.setting"

    @api.model
    def _registry(self):
        """Extended: who reports what is made."""
        return {
            **super()._registry(),
            "mes.machines_report": Setting(
                "boolean",
                True,
                _("Machine counts are reports"),
                _(
                    "What machines count is reported and posted. No: it is shown on the"
                    " order, and a MES reports what was made; else both would count."
                ),
            ),
        }
