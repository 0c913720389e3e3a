from odoo import _, api, fields, models
from odoo.exceptions import AccessError

from .. import deployment
from ..exceptions import ConfigurationError
from ..protocols import webhook_signature


class MfgSecretRotation(models.Model):
    """Secrets change hands without a gap: new keys for ours, new secrets for theirs."""

    _inherit = "mfg.secret"

    # ---------------------------------------------------- the deployment's keys

    @api.model
    def action_reseal(self):
        """Seal all secrets, and the arming, with the current key; say how it went.

        The old key can be taken out of the configuration afterwards.
        """
        if not (self.env.su or self._user_is_administrator()):
            raise AccessError(
                _("Only an Integration Administrator may rotate the keys.")
            )
        secrets = self.sudo().search([])
        lost = secrets._reseal()
        self.env["mfg.connector"]._seal_arming_again()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": self._prepare_reseal_notice(len(secrets), lost),
        }

    def _reseal(self):
        """Seal the secrets with the current key.

        :return: those that no configured key opens; they stay as they are
        """
        box = deployment.secret_box()
        lost = self.browse()
        for secret in self:
            try:
                secret.sealed = box.reseal(secret.sealed)
            except ConfigurationError:
                lost |= secret
        return lost

    @api.model
    def _prepare_reseal_notice(self, count, lost):
        """What the person who rotated the keys reads."""
        notice = {
            "type": "success",
            "title": _("Secrets are sealed with the current key"),
            "message": _(
                "%(count)s secrets. The old key can be removed from the configuration.",
                count=count,
            ),
            "next": {"type": "ir.actions.client", "tag": "soft_reload"},
        }
        if lost:
            notice |= {
                "type": "danger",
                "sticky": True,
                "title": _("Some secrets cannot be read"),
                "message": _(
                    "No configured key opens %(lost)s of %(count)s secrets, at"
                    " %(connectors)s. Add the key they were sealed with, or enter them"
                    " again.",
                    lost=len(lost),
                    count=count,
                    connectors=", ".join(sorted(set(lost.connector_id.mapped("name")))),
                ),
            }
        return notice

    @api.model
    def _count_outdated(self):
        """How many secrets are not sealed with the current key."""
        if not deployment.keys():
            return 0
        box = deployment.secret_box()
        # sudo: the number tells nothing of the secrets.
        sealed = self.sudo().search([]).mapped("sealed")
        return sum(not box.is_current(secret) for secret in sealed)

    @api.model
    def _user_is_administrator(self):
        return self.env.user.has_group("mfg_integration_core.group_administrator")

    # --------------------------------------------------- the partners' secrets

    @api.model
    def _rotate_inbound(self, connector, valid_until):
        """A new signing secret of the connector, in clear; the others end then.

        :param valid_until: naive UTC; one that ends earlier is left as it is
        """
        older = self.search(
            [
                ("connector_id", "=", connector.id),
                ("purpose", "=", "inbound"),
                "|",
                ("valid_until", "=", False),
                ("valid_until", ">", valid_until),
            ]
        )
        older.valid_until = valid_until
        secret = webhook_signature.new_secret()
        self._add(connector, "inbound", secret)
        self.env["mfg.audit.entry"]._append(
            connector,
            "secret.rotated",
            new=_(
                "The secrets before are accepted until %(moment)s UTC.",
                moment=fields.Datetime.to_string(valid_until),
            ),
        )
        return secret
