from odoo import _, api, models

from odoo.addons.mfg_integration_core.models.mfg_setting_registry import Setting

from ..protocols import release_policy


class MfgSetting(models.Model):
    _inherit = "mfg.setting"

    @api.model
    def _registry(self):
        """Extended: when orders go to the MES."""
        return {
            **super()._registry(),
            "mes.release_policy": Setting(
                "char",
                release_policy.MANUAL,
                _("Orders are released to the MES"),
                _("A product or its category may say otherwise."),
                choices=(
                    (release_policy.MANUAL, _("By hand")),
                    (release_policy.ON_CONFIRM, _("When the order is confirmed")),
                    (
                        release_policy.COMPONENTS_READY,
                        _("When its components are reserved"),
                    ),
                    (
                        release_policy.RECIPE_APPROVED,
                        _("When its recipe is approved"),
                    ),
                ),
            ),
        }
