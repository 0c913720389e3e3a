from odoo import _, api, models

from odoo.addons.mfg_integration_core.timeline import Look


class MfgCase(models.Model):
    _inherit = "mfg.case"

    @api.model
    def _looks(self):
        """Extended: releases to the MES, and recipes."""
        return {
            **super()._looks(),
            "recipe.approved": Look(
                "note",
                "fa-check-square-o",
                "success",
                _("Recipe %(document)s approved"),
            ),
            "recipe.taken_back": Look(
                "note", "fa-undo", "warning", _("Approval of %(document)s taken back")
            ),
            "release.changed": Look(
                "state", "fa-share-square-o", "info", _("%(document)s: %(new)s (MES)")
            ),
        }
