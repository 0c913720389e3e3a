from odoo import _, api, models

from ..timeline import Look


class MfgRuleTimeline(models.Model):
    """What rules did, told in the timeline of a case."""

    _inherit = "mfg.case"

    @api.model
    def _looks(self):
        return {
            **super()._looks(),
            "rule.started": Look(
                "note",
                "fa-play-circle-o",
                "info",
                _("Rule “%(name)s” begins for %(document)s"),
            ),
            "rule.done": Look(
                "note",
                "fa-check-circle-o",
                "success",
                _("Rule “%(name)s” is done for %(document)s"),
            ),
            "rule.failed": Look(
                "note",
                "fa-exclamation-triangle",
                "danger",
                _("Rule “%(name)s” turns back for %(document)s"),
            ),
            "rule.undone": Look(
                "note",
                "fa-undo",
                "warning",
                _("Rule “%(name)s” is undone for %(document)s"),
            ),
            "rule.undone_by_hand": Look(
                "note",
                "fa-undo",
                "warning",
                _("“%(name)s” was undone by hand for %(document)s"),
            ),
        }
