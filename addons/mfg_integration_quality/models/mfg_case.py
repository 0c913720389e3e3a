from odoo import _, api, models


class MfgCase(models.Model):
    _inherit = "mfg.case"

    @api.model
    def _entry_title(self, entry):
        """Extended: holds that stay although quality has decided."""
        if entry.action == "hold.restated":
            return _(
                "%(document)s stays held: %(hold)s",
                document=entry.display,
                hold=entry.new_value,
            )
        return super()._entry_title(entry)
