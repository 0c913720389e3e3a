from odoo import models
from odoo.tools import html2plaintext

CHANGED = "mfg.maintenance.changed.v1"
STATE_CHANGED = "mfg.maintenance.state_changed.v1"
COMMENTED = "mfg.maintenance.commented.v1"


class MaintenanceRequest(models.Model):
    """What becomes of a request after the CMMS was asked to work on it.

    Only those who were asked are told, see :meth:`mfg.subscription._matches`, and none
    is told what it reported itself.
    """

    _inherit = "maintenance.request"

    _mfg_state_event_type = STATE_CHANGED

    # --------------------------------------------------------------- overrides

    def write(self, vals):
        if {"name", "description", "priority", "equipment_id"}.isdisjoint(vals):
            return super().write(vals)
        before = {request: request._prepare_mfg_content() for request in self}
        result = super().write(vals)
        for request, old in before.items():
            if request.equipment_id and request._prepare_mfg_content() != old:
                request._mfg_emit(CHANGED, request._prepare_mfg_content)
        return result

    def _message_post_after_hook(self, message, msg_values):
        """Extended: what people write to each other is told, internal notes are not."""
        result = super()._message_post_after_hook(message, msg_values)
        is_public = message.subtype_id == self.env.ref("mail.mt_comment")
        text = html2plaintext(message.body or "").strip()
        if message.message_type == "comment" and is_public and text:
            self._mfg_emit(
                COMMENTED,
                lambda: {
                    "reference": f"MR-{self.id}",
                    "text": text,
                    # sudo: the name of an author is no secret to readers of the text.
                    "author": message.sudo().author_id.name or None,
                },
            )
        return result

    # ----------------------------------------------------------------- messages

    def _mfg_emit(self, event_type, data):
        """Owe an event to the CMMS that was asked to work on the request."""
        self.ensure_one()
        # sudo: whoever may change a request need not read its equipment.
        self.env["mfg.outbox.message"]._emit(
            event_type, self.sudo(), data, subject=f"MR-{self.id}"
        )

    def _mfg_state_emit(self, previous):
        self._mfg_emit(STATE_CHANGED, lambda: self._prepare_mfg_state_data(previous))

    def _prepare_mfg_state_data(self, previous):
        return {
            "reference": f"MR-{self.id}",
            "state": self.mfg_state,
            "previous_state": previous,
        }
