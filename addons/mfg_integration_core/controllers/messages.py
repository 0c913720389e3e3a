from odoo import http
from odoo.http import request

from ..exceptions import UnknownMessageError
from . import door


class MessagesController(http.Controller):
    """How far an event came, for the partner that sent it."""

    @http.route(
        "/mfg/v1/messages/<string:uuid>",
        type="http",
        auth="mfg_door",
        methods=["GET"],
        save_session=False,
    )
    @door.answers_problems
    def message(self, uuid, **params):
        """Progress of one event; its sender signs an empty body, if it signs."""
        connector, progress = self._find(uuid)
        door.count_for(connector.code)
        door.prove(connector, b"", door.MESSAGES)
        return request.make_json_response(progress)

    def _find(self, uuid):
        """The sender's connector and the progress of its event."""
        # An address may spell U+0000, which PostgreSQL does not even compare with.
        found = "\x00" not in uuid and (
            request.env["mfg.connector"].sudo()._find_progress(uuid)
        )
        if not found:
            raise UnknownMessageError("No event with this uuid was stored here.")
        return found
