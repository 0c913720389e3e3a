from odoo import _, models

from ..timeline import moment


class MfgInboxStory(models.Model):
    """How the story of an event begins and ends."""

    _inherit = "mfg.inbox.event"

    def _moment_of_begin(self):
        return moment(
            self,
            self.received_at,
            "event",
            _("Came from %(connector)s", connector=self.connector_id.name),
            self.event_type,
            "fa-sign-in",
            "info",
            opens=(False, False),
        )

    def _ended_at(self):
        return self.processed_at or super()._ended_at()
