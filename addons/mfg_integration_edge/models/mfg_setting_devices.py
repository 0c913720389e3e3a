from odoo import _, api, models

from odoo.addons.mfg_integration_core.models.mfg_setting_registry import Setting


class MfgSettingDevices(models.Model):
    _inherit = "mfg.setting"

    @api.model
    def _registry(self):
        """Extended: how long devices may be silent, and how late events may be."""
        return {
            **super()._registry(),
            "counts.gathered_s": Setting(
                "integer",
                30,
                _("Counts are gathered for (s)"),
                _(
                    "What a machine counts for an order meanwhile becomes one posting."
                    " A change of its state ends that at once. 0 posts each count as"
                    " it comes."
                ),
                depth="plant",
                least=0,
                is_policy=False,
            ),
            "device.silent_after_s": Setting(
                "integer",
                90,
                _("Devices are silent after (s)"),
                _(
                    "Without any event for so long, nothing is known of a device's"
                    " machines. One that tells its heartbeat is silent after three."
                ),
                depth="plant",
                least=5,
                is_policy=False,
            ),
            "device.gap_grace_s": Setting(
                "integer",
                30,
                _("Missing events are waited for (s)"),
                _(
                    "Events come in another order now and then. What is missing for"
                    " longer is asked for again."
                ),
                depth="plant",
                least=0,
                is_policy=False,
            ),
        }
