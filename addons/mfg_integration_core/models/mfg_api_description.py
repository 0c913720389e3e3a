import hashlib
import json

from odoo import api, models, tools

from ..controllers.raw_body import HARD_LIMIT_BYTES
from ..protocols import openapi, openapi_doors, openapi_page, openapi_schemas
from .mfg_inbox_event import STATES

PREFIX = "/mfg/v1/"


class MfgApiDescription(models.AbstractModel):
    """What the doors take and answer; an addon with doors adds its own."""

    _name = "mfg.api.description"
    _description = "API Description"

    @api.model
    @tools.ormcache()
    def _served(self):
        """The document as it goes out, and its ETag: ``(bytes, str)``."""
        body = json.dumps(self._document()).encode()
        return body, hashlib.sha256(body).hexdigest()[:32]

    @api.model
    def read_page(self):
        """What the page *API* shows to its user.

        :return: ``{"base_url", "connectors": [{"code", "name", "proof"}],
            "sections"}``, with the connectors that the user may see and how their
            partners prove themselves, in words; sections are those of
            ``protocols/openapi_page.py``
        :raise AccessError: the user may see no connectors
        """
        connectors = self.env["mfg.connector"].search_read(
            [("state", "in", ("live", "paused"))],
            ["code", "name", "inbound_auth"],
            order="name",
        )
        told = self.env["mfg.connector"].fields_get(["inbound_auth"], ["selection"])
        proofs = dict(told["inbound_auth"]["selection"])
        body, _etag = self.sudo()._served()
        return {
            "base_url": self.env["mfg.connector"].browse().get_base_url(),
            "connectors": [
                {
                    "code": one["code"],
                    "name": one["name"],
                    "proof": proofs[one["inbound_auth"]],
                }
                for one in connectors
            ],
            "sections": openapi_page.sections(json.loads(body)),
        }

    @api.model
    def _document(self):
        """The OpenAPI document of all installed doors."""
        return openapi.document(
            self._routes(),
            self._operations(),
            self.env["mfg.event.type"]._contracts(),
            self._schemas(),
            openapi_doors.SECURITY_SCHEMES,
        )

    @api.model
    def _routes(self):
        """The doors that this database answers at: Odoo's own routing tells."""
        rules = self.env["ir.http"].routing_map().iter_rules()
        return [
            openapi.Route(rule.endpoint.__name__, rule.rule, method.lower())
            for rule in rules
            if rule.rule.startswith(PREFIX)
            for method in rule.endpoint.routing["methods"]
        ]

    @api.model
    def _limits(self):
        """Bytes of a body: unless the connector says otherwise, and at most."""
        default = self.env["mfg.setting"]._get("connector.max_body_bytes")
        return default, HARD_LIMIT_BYTES

    # ------------------------------------------------------------------ hooks

    @api.model
    def _operations(self):
        """Operations by the name of the method that answers; made to be extended."""
        types = self.env["mfg.event.type"]._taken_types()
        return openapi_doors.operations(types, *self._limits())

    @api.model
    def _schemas(self):
        """Schemas of the answers by name; made to be extended."""
        return openapi_schemas.answers(self._event_states())

    @api.model
    def _event_states(self):
        """States that progress may tell; made to be extended."""
        return [state for state, _label in STATES]
