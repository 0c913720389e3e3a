from odoo import api, fields, models

from odoo.addons.mfg_integration_core.exceptions import CredentialsError
from odoo.addons.mfg_integration_core.models.mfg_connector_audit import AUDITED
from odoo.addons.mfg_integration_core.models.mfg_connector_known import (
    MfgConnectorKnown,
)
from odoo.addons.mfg_integration_core.protocols import partner_credentials

from .. import enrolment_store
from ..protocols.device_scope import DOOR, DeviceScope

#: How devices prove themselves at the door for machine events.
DEVICE_KEY = "device_key"


class MfgConnectorDevices(models.Model):
    """Who the devices behind a connector are, and what proves that."""

    _inherit = "mfg.connector"
    _cached_fields = MfgConnectorKnown._cached_fields | {"device_trust"}
    _audited_fields = (*AUDITED, "device_trust")

    device_trust = fields.Selection(
        [
            ("trusted", "Its partner vouches for them"),
            ("own_keys", "Each has a key of its own"),
        ],
        "Devices",
        required=True,
        default="trusted",
        tracking=True,
        help="Who sends machine events. Vouched for: whoever proves itself as this"
        " connector's partner, under any source. A key of its own: each device asks to"
        " be let in, an Approver decides, and it speaks under its own source only.",
    )
    device_ids = fields.One2many("mfg.edge.device", "connector_id", copy=False)
    device_count = fields.Integer(compute="_compute_device_count")

    @api.depends("device_ids")
    def _compute_device_count(self):
        counts = dict(
            self.env["mfg.edge.device"]._read_group(
                [("connector_id", "in", self.ids)], ["connector_id"], ["__count"]
            )
        )
        for connector in self:
            connector.device_count = counts.get(connector, 0)

    def action_view_devices(self):
        """The devices behind the connector."""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "mfg_integration_edge.mfg_edge_device_action"
            ),
            "domain": [("connector_id", "in", self.ids)],
            "context": {"default_connector_id": self[:1].id},
        }

    # ------------------------------------------------------------------- doors

    def _known_to_door(self):
        """Extended: how devices prove themselves."""
        known = super()._known_to_door()
        field = self._fields["device_trust"]
        kept = field.convert_to_cache(self.device_trust, self)
        return {**known, "fields": {**known["fields"], "device_trust": kept}}

    def _proof_at(self, door):
        """Extended: machine events are proven by the device, where it has a key."""
        if door == DOOR and self.device_trust == "own_keys":
            return DEVICE_KEY
        return super()._proof_at(door)

    def _proof_checks(self):
        return {**super()._proof_checks(), DEVICE_KEY: self._check_device_key}

    def _check_device_key(self, headers):
        """What a device may do that sends its key.

        :raise CredentialsError: codes ``credentials_missing``, ``key_wrong``
        :raise NotPermittedError: codes ``device_not_approved``, ``device_refused``
        """
        challenge = partner_credentials.challenge("Bearer", self.code)
        sent = partner_credentials.bearer(headers, challenge)
        key = self.env["mfg.api.key"].sudo()._find(self, sent)
        if key and isinstance(key.scope, DeviceScope):
            return key.scope
        digest = partner_credentials.digest(sent)
        standing = enrolment_store.standing(self.env.cr, self.id, digest)
        if standing in ("waiting", "refused"):
            raise enrolment_store.refusal(standing)
        raise CredentialsError(
            "This is the key of no device, or it is revoked or expired.",
            code="key_wrong",
            challenge=partner_credentials.challenge(
                "Bearer", self.code, error="invalid_token"
            ),
            remedy="A device makes a key and asks to be let in at"
            f" /mfg/v1/edge/{self.code}/devices.",
        )
