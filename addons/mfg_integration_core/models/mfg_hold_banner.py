from datetime import timezone

from odoo import models

from ..compat import may_read


class MfgHoldBanner(models.Model):
    """What a banner says about a hold."""

    _inherit = "mfg.hold"

    def _banner_line(self, record):
        """What the banner of ``record`` says about the hold."""
        self.ensure_one()
        # Who may not see holds reads about them, and gets no link that would fail.
        links = self.env.user.has_group("mfg_integration_core.group_viewer")
        since = self.placed_at.replace(tzinfo=timezone.utc)
        document = self._document()
        reader = self.env.user
        return {
            "model": self._name if links else None,
            "id": self.id,
            "name": self.name,
            "since": since.isoformat().replace("+00:00", "Z"),
            "clearer": self.clearer or None,
            "document": None if document == record._origin else _link(document, reader),
            "blocker": _link(self._blocker(), reader),
        }


def _link(document, reader):
    """A document by its model, id and name; None for none.

    The model is None where the reader may not open the document: its name is told, a
    link would fail.
    """
    if not document:
        return None
    return {
        "model": document._name if may_read(document.with_user(reader)) else None,
        "id": document.id,
        "name": document.display_name,
    }
