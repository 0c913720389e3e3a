from odoo import http
from odoo.http import request

from ..exceptions import UnknownEventTypeError
from ..protocols import deprecation
from .problems import problem_response

_PUBLIC = {
    "type": "http",
    "auth": "public",
    "methods": ["GET"],
    "save_session": False,
}


class ContractsController(http.Controller):
    """The contracts that events are checked against, for those who write them."""

    @http.route("/mfg/v1/contracts", **_PUBLIC)
    def contracts(self, **params):
        """All types with the address of their contract."""
        book = request.env["mfg.event.type"].sudo()._contracts()
        types = [
            {
                "type": name,
                "href": f"/mfg/v1/contracts/{name}",
                **{
                    member: value
                    for one in book.deprecations([name])
                    for member, value in one.facts().items()
                },
            }
            for name in book.types()
        ]
        return request.make_json_response({"contracts": types})

    @http.route("/mfg/v1/contracts/<string:event_type>", **_PUBLIC)
    def contract(self, event_type, **params):
        """The JSON Schema of one type's data, and an example of the whole event."""
        book = request.env["mfg.event.type"].sudo()._contracts()
        if event_type not in book.types():
            error = UnknownEventTypeError(
                f"There is no contract for {event_type[:200]}. See /mfg/v1/contracts."
            )
            error.status = 404
            return problem_response(error)
        return request.make_json_response(
            {
                "type": event_type,
                "schema": book.schema(event_type),
                "example": book.example(event_type),
            },
            headers=list(deprecation.headers(book.deprecations([event_type])).items()),
        )
