from odoo import _, api, models

from odoo.addons.mfg_integration_core.models.mfg_setting_registry import Setting


class MfgSetting(models.Model):
    _inherit = "mfg.setting"

    @api.model
    def _registry(self):
        """Extended: how reports of the shop floor are posted."""
        return {
            **super()._registry(),
            "mes.post_each_report": Setting(
                "boolean",
                False,
                _("Each report is posted at once"),
                _(
                    "What is reported becomes finished goods in stock at once. No: it"
                    " moves on the order and is posted when the order is finished."
                ),
            ),
            "mes.tolerance_percent": Setting(
                "integer",
                0,
                _("Over-production taken without asking (%)"),
                _(
                    "Good pieces over the quantity of the order; a report beyond it"
                    " waits for an Approver."
                ),
                least=0,
            ),
        }
