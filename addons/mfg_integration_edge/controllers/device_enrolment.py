from datetime import datetime, timezone

from odoo import http
from odoo.http import request

from odoo.addons.mfg_integration_core.controllers import door
from odoo.addons.mfg_integration_core.exceptions import InvalidEventError
from odoo.addons.mfg_integration_core.protocols import cloudevents

from .. import enrolment_store
from ..protocols.device_enrolment import Application, fingerprint

#: Code of this door, as a key may be limited to some (``mfg.door``).
DOOR = "devices"


class DeviceEnrolmentController(http.Controller):
    """The door at which a device asks to be let in, vouched for by the partner."""

    @http.route("/mfg/v1/edge/<string:connector_code>/devices", **door.DOOR_ROUTE)
    @door.answers_problems
    def enrol(self, connector_code, **params):
        """Store the hash of a device's key until a person decides about it."""
        connector = request.env["mfg.connector"]._by_code(connector_code)
        body = door.proven_body(connector, DOOR)
        cloudevents.assert_plain(request.httprequest.headers.get("Content-Type"))
        application = Application.read(body)
        door.admit(connector, 1)
        if connector.device_trust != "own_keys":
            raise InvalidEventError(
                "The devices of this connector need no keys: its partner sends their"
                " events.",
                code="no_device_keys",
                remedy=f"Send events to /mfg/v1/edge/{connector.code}/events, or ask"
                " the administrator of Odoo to give each device a key.",
            )
        state = enrolment_store.apply(
            request.env.cr,
            connector.id,
            application,
            at=datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0),
            address=request.httprequest.remote_addr or "",
        )
        answer = {
            "source": application.source,
            "state": state,
            "fingerprint": fingerprint(application.key_sha256),
        }
        return request.make_json_response(answer, status=202)
