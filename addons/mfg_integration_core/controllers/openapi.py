from werkzeug.http import parse_etags

from odoo import http
from odoo.http import request


class OpenApiController(http.Controller):
    """The document that tells programs what the doors take and answer."""

    @http.route(
        "/mfg/v1/openapi.json",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
    )
    def openapi(self, **params):
        """OpenAPI 3.1 of the installed doors; 304 for who has it already."""
        body, etag = request.env["mfg.api.description"].sudo()._served()
        headers = [("Content-Type", "application/json"), ("ETag", f'"{etag}"')]
        known = parse_etags(request.httprequest.headers.get("If-None-Match"))
        if known.contains_weak(etag):
            return request.make_response(b"", headers=headers[1:], status=304)
        return request.make_response(body, headers=headers)
