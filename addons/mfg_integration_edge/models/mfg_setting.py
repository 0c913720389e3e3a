from odoo import _, api, models

from odoo.addons.mfg_integration_core.models.mfg_setting_registry import Setting


class MfgSetting(models.Model):
    _inherit = "mfg.setting"

    @api.model
    def _registry(self):
        """Extended: who clears a fault's hold, and from when on a stop is one."""
        return {
            **super()._registry(),
            "hold.clearer_fault": Setting(
                "char",
                _("Maintenance"),
                _("Who clears equipment faults"),
                _("Whom people should ask about a hold after a machine's fault."),
            ),
            "stop.minimum_s": Setting(
                "integer",
                60,
                _("Shortest stop (s)"),
                _(
                    "A machine that does not produce for less is not said to have"
                    " stopped, unless something broke."
                ),
                least=0,
            ),
        }
