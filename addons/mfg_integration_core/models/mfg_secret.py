from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import ormcache

from .. import deployment
from ..exceptions import ConfigurationError


class MfgSecret(models.Model):
    """One secret of a connector, sealed with a key that the database never holds.

    A rotation is two rows of one purpose: the old one with ``valid_until``.
    """

    _name = "mfg.secret"
    _description = "Connector Secret"
    _inherit = ["mfg.cached.mixin"]
    _order = "id desc"

    connector_id = fields.Many2one(
        "mfg.connector", required=True, ondelete="cascade", index=True
    )
    purpose = fields.Selection(
        [
            ("outbound", "We call the partner"),
            ("inbound", "The partner calls us"),
            ("client_key", "Key of our certificate"),
        ],
        required=True,
    )
    sealed = fields.Text(
        required=True,
        groups="mfg_integration_core.group_administrator",
        help="Encrypted with the deployment's key; useless without it.",
    )
    valid_until = fields.Datetime(
        help="The secret is accepted until then; empty = until it is removed."
    )

    # --------------------------------------------------------------- overrides

    @api.model_create_multi
    def create(self, vals_list):
        """Extended: who handed in a secret is in the audit trail."""
        secrets = super().create(vals_list)
        for secret in secrets:
            secret._audit("secret.stored", new=secret.purpose)
        return secrets

    def write(self, vals):
        """Extended: and until when it is accepted."""
        before = {secret.id: secret._end_told() for secret in self}
        done = super().write(vals)
        for secret in self:
            if secret._end_told() != before[secret.id]:
                secret._audit(
                    "secret.changed", old=before[secret.id], new=secret._end_told()
                )
        return done

    def unlink(self):
        """Extended: and who took it away."""
        for secret in self:
            secret._audit("secret.removed", old=secret.purpose)
        return super().unlink()

    def _end_told(self):
        self.ensure_one()
        return f"{self.purpose}: {self.valid_until or 'without end'}"

    def _audit(self, action, **values):
        """Tell of the secret where people look for it: at its connector."""
        self.env["mfg.audit.entry"]._append(self.connector_id, action, **values)

    # ---------------------------------------------------------------- business

    @api.model
    def _add(self, connector, purpose, clear):
        """Seal ``clear`` as the newest secret of ``purpose`` and return the record."""
        try:
            sealed = deployment.secret_box().seal(clear)
        except ConfigurationError as error:
            raise UserError(
                _(
                    "No secret can be stored, because this server has no key to"
                    " encrypt it. Set MFG_INTEGRATION_KEYS in the server's"
                    " environment or 'keys' in the section [mfg_integration] of its"
                    " configuration file, and restart it."
                )
            ) from error
        return self.create(
            {"connector_id": connector.id, "purpose": purpose, "sealed": sealed}
        )

    @api.model
    def _show_once(self, clear):
        """Action that shows a new secret until its reader closes it."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "className": "o_mfg_secret",
                "title": _("Copy the secret now; it is not shown again"),
                "message": clear,
                # The form reads its record again: a secret is stored now.
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def _clear_values(self, connector, purpose):
        """Secrets in force, newest first, as clear text.

        :raise ConfigurationError: when a secret was sealed with a key that is not
            configured any more
        """
        now = fields.Datetime.now()
        in_force = [
            sealed
            for sealed, valid_until in self._sealed(connector.id, purpose)
            if not valid_until or valid_until > now
        ]
        box = deployment.secret_box() if in_force else None
        return [box.open(sealed) for sealed in in_force]

    @api.model
    @ormcache("connector_id", "purpose")
    def _sealed(self, connector_id, purpose):
        """``((sealed, valid until), …)``, newest first, as it is stored.

        Kept by each server process until a secret changes, since every call at a door
        asks for it; sealed, so that a dump of the process's caches shows none.
        """
        secrets = self.sudo().search_fetch(
            [("connector_id", "=", connector_id), ("purpose", "=", purpose)],
            ["sealed", "valid_until"],
        )
        return tuple((secret.sealed, secret.valid_until) for secret in secrets)
