import itertools

from odoo import api, models
from odoo.tools import ormcache

from ..exceptions import UnknownConnectorError

#: What a door needs to know of its connector, kept in memory by every process.
DOOR_FIELDS = (
    "code",
    "company_id",
    "plant_id",
    "template",
    "max_body_bytes",
    "tolerance_s",
    "clock_limit_s",
    "events_per_minute",
    "adapter",
    "state",
    "inbound_auth",
    "allowed_sources",
)
#: And besides, by how the partner proves itself.
PROOF_FIELDS = {
    "basic": ("inbound_username",),
    "jwt": (
        "jwt_issuer",
        "jwt_audience",
        "jwks_url",
        "jwt_algorithms",
        "jwt_claim",
        "jwt_claim_value",
    ),
}


class MfgConnectorKnown(models.Model):
    """What doors know of connectors without asking the database."""

    _inherit = "mfg.connector"

    _cached_fields = frozenset(
        itertools.chain(
            DOOR_FIELDS, *PROOF_FIELDS.values(), ["active", "outage_policy"]
        )
    )

    @api.model
    def _by_code(self, code):
        """The live or paused connector of a code.

        :raise UnknownConnectorError: when there is none
        """
        known = self._known_to_doors().get(code)
        if known is None:
            raise UnknownConnectorError(
                "There is no live connector with this code. Check the address, or ask"
                " the administrator of Odoo to set the connector live."
            )
        connector = self.sudo().browse(known["id"])
        # As a read would, but of what is kept; a door asks for nothing else. What this
        # transaction has yet to write stays.
        for name, value in known["fields"].items():
            connector.env.cache.insert_missing(connector, self._fields[name], [value])
        return connector

    @api.model
    @ormcache()
    def _known_to_doors(self):
        """Connectors that take something in: ``{code: {"id", "fields"}}``."""
        takers = self.sudo().search([("state", "in", ("live", "paused"))])
        return {taker.code: taker._known_to_door() for taker in takers}

    def _known_to_door(self):
        """``{"id", "fields"}`` of what a door asks, as the cache of records has it."""
        self.ensure_one()
        names = (*DOOR_FIELDS, *PROOF_FIELDS.get(self.inbound_auth, ()))
        values = {name: self[name] for name in names} | self._limits()
        fields_kept = {
            name: self._fields[name].convert_to_cache(value, self)
            for name, value in values.items()
        }
        return {"id": self.id, "fields": fields_kept}
