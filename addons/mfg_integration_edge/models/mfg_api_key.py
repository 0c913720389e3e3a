from odoo import fields, models

from odoo.addons.mfg_integration_core.models.mfg_api_key import FINAL_FIELDS
from odoo.addons.mfg_integration_core.protocols import partner_credentials

from ..protocols.device_scope import DeviceScope


class MfgApiKey(models.Model):
    """Extended: a key may be that of one device, which it then speaks for alone."""

    _inherit = "mfg.api.key"
    _final_fields = FINAL_FIELDS | {"device_id"}

    device_id = fields.Many2one(
        "mfg.edge.device",
        readonly=True,
        ondelete="cascade",
        index="btree_not_null",
        help="The device whose key it is; empty = it is the connector's partner's.",
    )

    def _scope(self):
        """Extended: who has a device's key is that device, at one door."""
        scope = super()._scope()
        if not self.device_id:
            return scope
        return DeviceScope(
            **vars(scope),
            device_id=self.device_id.id,
            device_source=self.device_id.source,
        )

    def _of_clear(self, clear):
        """The record of a key."""
        return self.search([("digest", "=", partner_credentials.digest(clear))])
