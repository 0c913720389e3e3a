from odoo import _, models

from ..timeline import moment


class MfgOutboxStory(models.Model):
    """How the story of a message begins and ends."""

    _inherit = "mfg.outbox.message"

    def _moment_of_begin(self):
        document = self.document_name
        return moment(
            self,
            self.create_date,
            "message",
            _("Written for %(connector)s", connector=self.connector_id.name),
            _("%(document)s changed", document=document) if document else "",
            "fa-sign-out",
            "info",
            opens=(False, False),
        )

    def _ended_at(self):
        return self.delivered_at or super()._ended_at()

    def _standing_told(self):
        if self.state in ("delivered", "acknowledged") and self.partner_reference:
            return _(
                "The partner has it and calls it %(reference)s",
                reference=self.partner_reference,
            )
        return super()._standing_told()
