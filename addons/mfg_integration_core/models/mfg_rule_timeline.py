from odoo import _, api, models

from .mfg_case_timeline import LOOKS

LOOKS.update(
    {
        "rule.started": ("note", "fa-play-circle-o", "info"),
        "rule.done": ("note", "fa-check-circle-o", "success"),
        "rule.failed": ("note", "fa-exclamation-triangle", "danger"),
        "rule.undone": ("note", "fa-undo", "warning"),
        "rule.undone_by_hand": ("note", "fa-undo", "warning"),
    }
)


class MfgRuleTimeline(models.Model):
    """What rules did, told in the timeline of a case."""

    _inherit = "mfg.case"

    @api.model
    def _entry_title(self, entry):
        words = {"document": entry.display, "rule": entry.new_value}
        titles = {
            "rule.started": _("Rule “%(rule)s” begins for %(document)s", **words),
            "rule.done": _("Rule “%(rule)s” is done for %(document)s", **words),
            "rule.failed": _("Rule “%(rule)s” turns back for %(document)s", **words),
            "rule.undone": _("Rule “%(rule)s” is undone for %(document)s", **words),
            "rule.undone_by_hand": _(
                "“%(rule)s” was undone by hand for %(document)s", **words
            ),
        }
        return titles.get(entry.action) or super()._entry_title(entry)
