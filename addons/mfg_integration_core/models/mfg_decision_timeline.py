from odoo import _, api, models

from .mfg_case_timeline import LOOKS

LOOKS.update(
    {
        "decision.asked": ("note", "fa-question-circle-o", "warning"),
        "decision.approved": ("note", "fa-check-circle-o", "success"),
        "decision.rejected": ("note", "fa-ban", "warning"),
        "decision.lapsed": ("note", "fa-circle-o", "info"),
        "ownership.refused": ("note", "fa-ban", "warning"),
    }
)


class MfgDecisionTimeline(models.Model):
    """What was refused or decided, since another system owns it, in a timeline."""

    _inherit = "mfg.case"

    @api.model
    def _entry_title(self, entry):
        words = {"document": entry.display, "new": entry.new_value}
        titles = {
            "decision.asked": _("%(document)s: %(new)s waits for a decision", **words),
            "decision.approved": _("%(document)s: %(new)s approved", **words),
            "decision.rejected": _("%(document)s: %(new)s rejected", **words),
            "decision.lapsed": _("%(document)s: nothing to decide any more", **words),
            "ownership.refused": _(
                "%(document)s: %(new)s refused, it belongs to another system", **words
            ),
        }
        return titles.get(entry.action) or super()._entry_title(entry)
