from odoo import api, fields, models

from .. import deployment


class ResConfigSettings(models.TransientModel):
    """What the deployment gives and whether this database may send."""

    _inherit = "res.config.settings"

    mfg_connector_count = fields.Integer(
        "Live Connectors", compute="_compute_mfg_deployment"
    )
    mfg_has_key = fields.Boolean("Key Configured", compute="_compute_mfg_deployment")
    mfg_is_armed = fields.Boolean("Armed", compute="_compute_mfg_deployment")
    mfg_environment = fields.Char("Environment", compute="_compute_mfg_deployment")

    @api.depends("company_id")
    def _compute_mfg_deployment(self):
        connectors = self.env["mfg.connector"]
        for settings in self:
            settings.mfg_connector_count = connectors.search_count(
                [("state", "=", "live")]
            )
            settings.mfg_has_key = bool(deployment.keys())
            settings.mfg_is_armed = connectors._is_armed()
            settings.mfg_environment = deployment.environment()

    def action_mfg_arm(self):
        """Arm this database and show the settings again."""
        self.env["mfg.connector"].action_arm()
        return {"type": "ir.actions.client", "tag": "reload"}
