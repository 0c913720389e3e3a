from odoo import models


class MfgHandlerTestWeighed(models.AbstractModel):
    """Leaves one effect in grams, whichever version of the contract told of it."""

    _name = "mfg.handler.test.weighed"
    _inherit = "mfg.event.handler"
    _description = "Test Handler of Weighings"

    def _handle(self, event):
        data = event.data
        grams = data["weight"] if "weight" in data else round(1000 * data["weight_kg"])
        return self.env["mfg.test.effect"].create(
            {
                "name": event.event_id,
                "lane_key": event.ordering_key,
                "number": grams,
            }
        )
