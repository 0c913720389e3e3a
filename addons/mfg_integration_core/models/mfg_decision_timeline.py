from odoo import _, api, models

from ..timeline import Look


class MfgDecisionTimeline(models.Model):
    """What was refused or decided, since another system owns it, in a timeline."""

    _inherit = "mfg.case"

    @api.model
    def _looks(self):
        return {
            **super()._looks(),
            "decision.asked": Look(
                "note",
                "fa-question-circle-o",
                "warning",
                _("%(document)s: %(name)s waits for a decision"),
            ),
            "decision.approved": Look(
                "note",
                "fa-check-circle-o",
                "success",
                _("%(document)s: %(name)s approved"),
            ),
            "decision.rejected": Look(
                "note", "fa-ban", "warning", _("%(document)s: %(name)s rejected")
            ),
            "decision.lapsed": Look(
                "note",
                "fa-circle-o",
                "info",
                _("%(document)s: nothing to decide any more"),
            ),
            "ownership.refused": Look(
                "note",
                "fa-ban",
                "warning",
                _("%(document)s: %(name)s refused, it belongs to another system"),
            ),
        }
