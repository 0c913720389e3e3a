from odoo import _, api, fields, models
from odoo.exceptions import UserError

from .. import deployment
from ..protocols import arming


class MfgConnectorArming(models.Model):
    """Copies of a database send nothing until a person arms them."""

    _inherit = "mfg.connector"

    armed = fields.Boolean(compute="_compute_armed")

    def _compute_armed(self):
        armed = self._is_armed()
        for connector in self:
            connector.armed = armed

    @api.model
    def _arming_facts(self):
        """What tells this database from a copy of it."""
        self.env.cr.execute(
            "SELECT oid::text FROM pg_database WHERE datname = current_database()"
        )
        (oid,) = self.env.cr.fetchone()
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return uuid, oid, deployment.environment()

    @api.model
    def _is_armed(self):
        """Whether this database may speak to the outside; a copy of it may not."""
        keys = deployment.keys()
        seal = self.env["ir.config_parameter"].sudo().get_param("mfg_integration.armed")
        return bool(keys and seal) and arming.is_armed(
            seal, keys, *self._arming_facts()
        )

    @api.model
    def action_arm(self):
        """Let this database speak to the outside; an administrator's decision."""
        if not self.env.user.has_group("mfg_integration_core.group_administrator"):
            raise UserError(_("Only an Integration Administrator may arm the hub."))
        keys = deployment.keys()
        if not keys:
            raise UserError(
                _(
                    "Set MFG_INTEGRATION_KEYS in the server's environment first; see"
                    " the page 'Keys' of the documentation."
                )
            )
        seal = arming.seal(keys[0], *self._arming_facts())
        self.env["ir.config_parameter"].sudo().set_param("mfg_integration.armed", seal)
        self.search([("state", "=", "live")])._wake()

    @api.model
    def _seal_arming_again(self):
        """Keep an armed database armed when the key of its seal is taken away."""
        if self._is_armed():
            seal = arming.seal(deployment.keys()[0], *self._arming_facts())
            parameters = self.env["ir.config_parameter"].sudo()
            parameters.set_param("mfg_integration.armed", seal)

    @api.model
    def _arm_for_the_first_time(self):
        """Arm a hub that never was; a copy of an armed one stays as it is.

        :raise UserError: this is a copy, or it moved; a person has to know what it is
        """
        if self._is_armed():
            return
        if self.env["ir.config_parameter"].sudo().get_param("mfg_integration.armed"):
            raise UserError(
                _(
                    "This database was armed somewhere else: it is a copy, or it was"
                    " moved. It sends nothing until an Integration Administrator arms"
                    " it in Settings > Manufacturing Integration."
                )
            )
        self.action_arm()
