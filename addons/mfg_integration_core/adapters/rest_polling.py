from odoo import models


class MfgConnectorAdapterRestPolling(models.AbstractModel):
    """How the REST adapter asks for a page of a list."""

    _inherit = "mfg.connector.adapter.rest"

    def _fetch(self, line, request, read):
        line.assert_alive()
        with line.mask.errors():
            return read(line.conversation([], lambda: None).ask(request))
