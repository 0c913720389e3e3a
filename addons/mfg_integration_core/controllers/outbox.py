from odoo import http
from odoo.http import request

from ..protocols import cloudevents, outbox_page
from . import door

#: How a door is declared that a partner reads from.
_READING = {**door.DOOR_ROUTE, "methods": ["GET"]}


class OutboxController(http.Controller):
    """The doors for partners that fetch their messages and acknowledge them."""

    @http.route("/mfg/v1/outbox/<string:connector_code>", **_READING)
    @door.answers_problems
    def outbox(self, connector_code, **params):
        """A page of messages; who signs, signs an empty body."""
        connector = request.env["mfg.connector"]._by_code(connector_code)
        door.prove(connector, b"", door.OUTBOX)
        sent = request.httprequest.args
        after = outbox_page.read_cursor(sent.get("after"))
        limit = outbox_page.read_limit(sent.get("limit"))
        door.admit(connector, 1)
        events, last, more = connector._fetch(after, limit)
        return request.make_json_response(
            {"events": events, "cursor": outbox_page.write_cursor(last), "more": more}
        )

    @http.route("/mfg/v1/outbox/<string:connector_code>/ack", **door.DOOR_ROUTE)
    @door.answers_problems
    def acknowledge(self, connector_code, **params):
        """Take messages out of the backlog; a result for each."""
        connector = request.env["mfg.connector"]._by_code(connector_code)
        body = door.proven_body(connector, door.OUTBOX)
        cloudevents.assert_plain(request.httprequest.headers.get("Content-Type"))
        items = outbox_page.read_acknowledgements(body)
        door.admit(connector, 1)
        results = connector._take_acknowledgements(items)
        return request.make_json_response({"results": results})
