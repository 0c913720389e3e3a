from odoo import http
from odoo.http import request


class BareController(http.Controller):
    """What Odoo itself takes for an answer; the doors are measured against it."""

    @http.route(
        "/mfg_test/bare",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
    )
    def bare(self, **params):
        """Answer and do nothing."""
        return request.make_json_response({"status": "accepted"}, status=202)
