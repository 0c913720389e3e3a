from werkzeug.exceptions import HTTPException, MethodNotAllowed

from odoo import models
from odoo.http import request

from ..controllers import problems
from ..controllers.raw_body import capture

#: Loaded by the server itself; what it answers is for databases without the hub.
NO_DATABASE = "mfg_integration_no_database"


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _auth_method_mfg_door(cls):
        """Keep the raw body, before Odoo parses a form out of it.

        The caller is verified by the door itself, on these bytes.
        """
        request.mfg_body = capture(request.httprequest)
        if not request.env.uid:
            # As Odoo's own "public", which reads each time whether that user exists.
            model_data = request.env["ir.model.data"].sudo()
            public = model_data._xmlid_to_res_id("base.public_user", True)
            request.update_env(user=public)

    def _generate_routing_rules(self, modules, converters):
        """Extended: where the hub is, it answers all its addresses itself."""
        others = [name for name in modules if name != NO_DATABASE]
        return super()._generate_routing_rules(others, converters)

    @classmethod
    def _match(cls, path_info):
        if not problems.is_ours(path_info):
            return super()._match(path_info)
        try:
            rule, args = super()._match(path_info)
            problems.assert_method(rule)
        except MethodNotAllowed as error:
            # 19.0 asks _handle_error only about what goes wrong behind the routing.
            error.error_response = problems.problem_response(problems.error_of(error))
            raise
        return rule, args

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Extended: our doors get nothing but the pieces of their address.

        They read the rest themselves. Odoo would parse a form of any size for them
        before anybody is proven, and a field named ``self`` would break the call.
        What other addons take out of an address for a browser (language, debug mode,
        a sign-up token for the session) is for none of our callers.
        """
        if not problems.is_ours(request.httprequest.path):
            super()._pre_dispatch(rule, args)
            return
        request.dispatcher.pre_dispatch(rule, args)
        request.get_http_params = dict

    @classmethod
    def _handle_error(cls, exception):
        """Answer whatever goes wrong below our prefix with a problem document."""
        is_answer = isinstance(exception, HTTPException) and (exception.code or 0) < 400
        if is_answer or not problems.is_ours(request.httprequest.path):
            return super()._handle_error(exception)
        return problems.problem_response(problems.error_of(exception))
