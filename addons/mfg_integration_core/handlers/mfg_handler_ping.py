from odoo import models


class MfgHandlerPing(models.AbstractModel):
    """A partner's try of the connection: it is stored and has no effect."""

    _name = "mfg.handler.ping"
    _inherit = "mfg.event.handler"
    _description = "Ping Handler"

    def _handle(self, event):
        return None
