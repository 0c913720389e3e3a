from odoo import _, api, models

from .mfg_case_timeline import LOOKS

LOOKS.update(
    {
        "override.requested": ("note", "fa-question-circle-o", "info"),
        "override.granted": ("note", "fa-check-circle-o", "warning"),
        "override.refused": ("note", "fa-ban", "info"),
        "override.used": ("state", "fa-unlock-alt", "warning"),
        "override.settled": ("note", "fa-flag-checkered", "success"),
        "outage.passed": ("state", "fa-plug", "warning"),
    }
)


class MfgOverrideTimeline(models.Model):
    """What passed although something stood against it, told in a timeline."""

    _inherit = "mfg.case"

    @api.model
    def _entry_title(self, entry):
        words = {"document": entry.display}
        titles = {
            "override.requested": _("Override asked for: %(document)s", **words),
            "override.granted": _("Override granted: %(document)s", **words),
            "override.refused": _("Override refused: %(document)s", **words),
            "override.used": _("%(document)s passes with an override", **words),
            "override.settled": _("Override settled: %(document)s", **words),
            "outage.passed": _(
                "%(document)s goes on although a partner is down", **words
            ),
        }
        return titles.get(entry.action) or super()._entry_title(entry)
