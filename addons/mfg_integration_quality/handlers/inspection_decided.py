from odoo import models

from odoo.addons.mfg_integration_core.protocols import rfc3339
from odoo.addons.mfg_integration_core.protocols.freshness import Stand


class InspectionDecidedHandler(models.AbstractModel):
    """What a QMS says about an inspection, applied to ours."""

    _name = "mfg.handler.inspection.decided"
    _inherit = "mfg.event.handler"
    _description = "Inspection Decided Handler"

    def _handle(self, event):
        """Return the inspection, with the disposition that the QMS gave it.

        :raise MissingReferenceError: the QMS's number is not known yet; a decision
            may overtake the answer to our own request, so it waits for that
        :raise InvalidEventError: ``illegal_transition``
        """
        data = event.data
        inspection = self.env["mfg.binding"]._record(
            event.connector_id, "mfg.quality.inspection", data["inspection"]
        )
        event._set_correlation(inspection.mfg_correlation_id)
        inspection = inspection.with_context(
            mfg_correlation_id=inspection.mfg_correlation_id
        )
        known = Stand(at=inspection.decided_at or None)
        said = self._said(event)
        if not self._is_news(event, inspection, said, known, data["disposition"]):
            return inspection
        inspection._decide(
            data["disposition"],
            by=data.get("decided_by"),
            at=said.at,
            note=data.get("note"),
        )
        self._step_taken(event)
        return inspection

    def _said(self, event):
        """By the clock of who decided, as far as it is believed; not of who sent it."""
        decided_at = rfc3339.parse(event.data["decided_at"])
        return Stand(at=event._believed(decided_at.replace(tzinfo=None)))
