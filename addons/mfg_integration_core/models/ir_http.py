from odoo import models
from odoo.http import request

from ..controllers.raw_body import capture


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _auth_method_mfg_door(cls):
        """Keep the raw body, before Odoo parses a form out of it.

        The caller is verified by the door itself, on these bytes.
        """
        request.mfg_body = capture(request.httprequest)
        cls._auth_method_public()
