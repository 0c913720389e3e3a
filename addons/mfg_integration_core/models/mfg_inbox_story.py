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
            self._begin_told(),
            "fa-sign-in",
            "info",
            opens=(False, False),
            shift=self.shift,
        )

    def _begin_told(self):
        """The type of the event, and what is wrong with its sender's clock."""
        if not self.clock_told:
            return self.event_type
        return _(
            "%(type)s; the sender's clock is %(skew)s",
            type=self.event_type,
            skew=self.clock_told,
        )

    def _ended_at(self):
        return self.processed_at or super()._ended_at()
