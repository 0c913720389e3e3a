from odoo import api, fields, models

from .mfg_edge_retention_history import SETTING


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    mfg_keep_history_days = fields.Integer("Keep Machine History (days)")

    # Not by `config_parameter`: it takes 0, which is for ever here, for no value.
    @api.model
    def get_values(self):
        days = self.env["mfg.setting"]._get(SETTING)
        return {**super().get_values(), "mfg_keep_history_days": days}

    def set_values(self):
        super().set_values()
        settings = self.env["mfg.setting"]
        if self.mfg_keep_history_days != settings._get(SETTING):
            everywhere = self.env["res.company"]
            settings._change(SETTING, everywhere, self.mfg_keep_history_days)
