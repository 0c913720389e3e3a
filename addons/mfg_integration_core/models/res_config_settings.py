from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from .. import deployment


class ResConfigSettings(models.TransientModel):
    """What the deployment gives and whether this database may send."""

    _inherit = "res.config.settings"

    mfg_connector_count = fields.Integer(
        "Live Connectors", compute="_compute_mfg_deployment"
    )
    mfg_has_key = fields.Boolean("Key Configured", compute="_compute_mfg_deployment")
    mfg_outdated_secret_count = fields.Integer(
        "Secrets under an Old Key", compute="_compute_mfg_deployment"
    )
    mfg_is_armed = fields.Boolean("Armed", compute="_compute_mfg_deployment")
    mfg_environment = fields.Char("Environment", compute="_compute_mfg_deployment")
    mfg_runner_is_alive = fields.Boolean(compute="_compute_mfg_deployment")
    mfg_runner_status = fields.Char("Job Runner", compute="_compute_mfg_deployment")
    mfg_keep_bodies_days = fields.Integer("Keep Bodies (days)")
    mfg_keep_headers_days = fields.Integer("Keep Rows (days)")

    @api.depends("company_id")
    def _compute_mfg_deployment(self):
        connectors = self.env["mfg.connector"]
        for settings in self:
            settings.mfg_connector_count = connectors.search_count(
                [("state", "=", "live")]
            )
            settings.mfg_has_key = bool(deployment.keys())
            settings.mfg_outdated_secret_count = self.env[
                "mfg.secret"
            ]._count_outdated()
            settings.mfg_is_armed = connectors._is_armed()
            settings.mfg_environment = deployment.environment()
            runner = self.env["mfg.sweeper"]._runner_status()
            settings.mfg_runner_is_alive, settings.mfg_runner_status = runner

    @api.constrains("mfg_keep_bodies_days", "mfg_keep_headers_days")
    def _check_mfg_retention(self):
        for settings in self:
            if min(settings.mfg_keep_bodies_days, settings.mfg_keep_headers_days) < 0:
                raise ValidationError(
                    _("A number of days is not negative; 0 means for ever.")
                )

    # Not by `config_parameter`: it takes 0, which is for ever here, for no value.
    @api.model
    def get_values(self):
        bodies, headers = self.env["mfg.retention"]._default_days()
        return {
            **super().get_values(),
            "mfg_keep_bodies_days": bodies,
            "mfg_keep_headers_days": headers,
        }

    def set_values(self):
        super().set_values()
        self.env["mfg.retention"]._set_default_days(
            self.mfg_keep_bodies_days, self.mfg_keep_headers_days
        )

    def action_mfg_reseal(self):
        """Seal every secret with the current key."""
        return self.env["mfg.secret"].action_reseal()

    def action_mfg_arm(self):
        """Arm this database and show the settings again."""
        self.env["mfg.connector"].action_arm()
        return {"type": "ir.actions.client", "tag": "reload"}
