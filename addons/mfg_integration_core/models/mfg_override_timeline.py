from odoo import _, api, models

from ..timeline import Look


class MfgOverrideTimeline(models.Model):
    """What passed although something stood against it, told in a timeline."""

    _inherit = "mfg.case"

    @api.model
    def _looks(self):
        return {
            **super()._looks(),
            "override.requested": Look(
                "note",
                "fa-question-circle-o",
                "info",
                _("Override asked for: %(document)s"),
            ),
            "override.granted": Look(
                "note",
                "fa-check-circle-o",
                "warning",
                _("Override granted: %(document)s"),
            ),
            "override.refused": Look(
                "note", "fa-ban", "info", _("Override refused: %(document)s")
            ),
            "override.used": Look(
                "state",
                "fa-unlock-alt",
                "warning",
                _("%(document)s passes with an override"),
            ),
            "override.settled": Look(
                "note",
                "fa-flag-checkered",
                "success",
                _("Override settled: %(document)s"),
            ),
            "outage.passed": Look(
                "state",
                "fa-plug",
                "warning",
                _("%(document)s goes on although a partner is down"),
            ),
        }
