from odoo import models
from odoo.http import request

RUNS_TWICE = "X-Test-Runs-Twice"


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _dispatch(cls, endpoint):
        """Extended: a request that asks for it loses against another, the first time.

        What the endpoint wrote is undone, and Odoo runs the request again.
        """
        result = super()._dispatch(endpoint)
        wanted = RUNS_TWICE in request.httprequest.headers
        if wanted and not getattr(request, "mfg_test_ran", False):
            request.mfg_test_ran = True
            request.env.cr.execute(
                "DO $$ BEGIN RAISE serialization_failure; END $$", log_exceptions=False
            )
        return result
