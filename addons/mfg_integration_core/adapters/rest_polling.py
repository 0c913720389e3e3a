from odoo import models

from .rest import _send


class MfgConnectorAdapterRestPolling(models.AbstractModel):
    """How the REST adapter asks for a page of a list."""

    _inherit = "mfg.connector.adapter.rest"

    def _fetch(self, line, request, read):
        line.assert_alive()
        with line.mask.errors():
            answer = _send(
                line.session, request, line.template.limits, lambda answer: None
            )
            return read(answer)
