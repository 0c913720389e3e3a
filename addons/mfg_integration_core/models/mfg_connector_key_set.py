from odoo import SUPERUSER_ID, _, fields, models
from odoo.exceptions import AccessError, UserError

from ..unit_of_work import run_in_transaction


class MfgConnectorKeySet(models.Model):
    """The keys of the identity provider that a connector's partner has tokens of."""

    _inherit = "mfg.connector"

    key_set_fetched_at = fields.Datetime(
        "Keys Fetched",
        compute="_compute_key_set",
        compute_sudo=True,
        help="They are fetched again every hour. A key that the provider withdraws is"
        " accepted until then.",
    )
    key_set_failure = fields.Char(compute="_compute_key_set", compute_sudo=True)

    def _compute_key_set(self):
        known = self.env["mfg.key.set"].search([("connector_id", "in", self.ids)])
        by_connector = {one.connector_id: one for one in known}
        for connector in self:
            one = by_connector.get(connector._origin)
            connector.key_set_fetched_at = one and one.fetched_at
            connector.key_set_failure = one and one.failure

    def action_fetch_keys(self):
        """Fetch the identity provider's keys now and say in plain words how it went."""
        self.ensure_one()
        if not (self.env.su or self.env["mfg.secret"]._user_is_administrator()):
            raise AccessError(
                _("Only an Integration Administrator may fetch the keys.")
            )
        failure = self.env["mfg.key.set"].sudo()._fetch(self.id)
        if failure:
            raise UserError(
                _("The keys before stay in force. %(failure)s", failure=failure)
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": _("The keys of the identity provider are here"),
                "message": self.jwks_url,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _wish_for_keys(self):
        """Note that a token came whose key is not known; whether that is new."""
        return self.env["mfg.key.set"].sudo()._wish(self.id)

    def _fetch_wished_keys_soon(self):
        """Have the wish carried out; called when it is committed."""
        connector_id = self.id
        run_in_transaction(
            self.env.registry,
            lambda env: env["mfg.key.set"]._plan(
                env["mfg.connector"].browse(connector_id)
            ),
            uid=SUPERUSER_ID,
        )

    def _fetch_wished_keys(self):
        """Fetch the keys if they are wished for still; the body of a job."""
        self.env["mfg.key.set"]._fetch_due(self.id)
