import json

from odoo import http
from odoo.http import request

#: RFC 9457; the addon with the other problem documents is not loaded here.
_PROBLEM = {
    "type": "urn:mfg:problem:no_database",
    "title": "No database",
    "status": 404,
    "detail": "The host name of this address stands for no database with the"
    " manufacturing integration hub.",
    "code": "no_database",
    "remedy": "Check the host name. The administrator of Odoo checks db_name, or that"
    " dbfilter makes exactly one database of it.",
}


class NoDatabaseController(http.Controller):
    """Answers below the hub's prefix where there is no hub to answer."""

    @http.route(
        ["/mfg/v1", "/mfg/v1/<path:address>"],
        type="http",
        auth="none",
        csrf=False,
        save_session=False,
    )
    def no_database(self, **params):
        """A problem document, whatever was asked for."""
        return request.make_response(
            json.dumps(_PROBLEM),
            headers=[("Content-Type", "application/problem+json")],
            status=_PROBLEM["status"],
        )
