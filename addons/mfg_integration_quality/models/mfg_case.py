from odoo import _, api, models


class MfgCase(models.Model):
    _inherit = "mfg.case"

    @api.model
    def _looks(self):
        """Extended: holds that stay although quality has decided."""
        looks = super()._looks()
        restated = looks["hold.restated"]
        return {
            **looks,
            "hold.restated": restated._replace(
                title=_("%(document)s stays held: %(name)s")
            ),
        }
