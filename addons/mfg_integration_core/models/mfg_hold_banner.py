from datetime import timezone

from odoo import models


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
        return {
            "model": self._name if links else None,
            "id": self.id,
            "name": self.name,
            "since": since.isoformat().replace("+00:00", "Z"),
            "clearer": self.clearer or None,
            "document": None if document == record._origin else _link(document),
            "blocker": _link(self._blocker()),
        }


def _link(document):
    """A document by its model, id and name; None for none."""
    if not document:
        return None
    return {
        "model": document._name,
        "id": document.id,
        "name": document.display_name,
    }
