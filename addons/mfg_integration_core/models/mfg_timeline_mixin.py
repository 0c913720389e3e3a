from odoo import _, models

#: Of a document's rows, entries and postings each, so many of the newest are told.
MOST_MOMENTS = 300


class MfgTimelineMixin(models.AbstractModel):
    """A document that tells all that happened to it: one list from every place.

    Exchanged messages, holds and what the audit trail knows come from here; a model
    adds its own, such as work and postings, by extending :meth:`_mfg_moments`.
    """

    _name = "mfg.timeline.mixin"
    _description = "Has a Timeline"

    def action_view_mfg_timeline(self):
        """All that happened to the document, in order."""
        self.ensure_one()
        timeline = self.env["mfg.timeline"].create(
            {"res_model": self._name, "res_id": self.id}
        )
        return {
            "type": "ir.actions.act_window",
            "name": _("Timeline of %(document)s", document=self.display_name),
            "res_model": "mfg.timeline",
            "res_id": timeline.id,
            "views": [(False, "form")],
        }

    def _mfg_moments(self):
        """Moments of the document and of the chains that it was part of."""
        self.ensure_one()
        about = ["&", ("res_model", "=", self._name), ("res_id", "=", self.id)]
        chains = ("correlation_id", "in", self._mfg_chains())
        return self.env["mfg.case"]._moments_where(
            ["|", chains, *about], limit=MOST_MOMENTS
        )

    def _mfg_chains(self):
        """Correlation ids of the causes that held the document, or began with it."""
        about = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        chains = {
            *self.env["mfg.hold"].search(about).mapped("correlation_id"),
            *self.env["mfg.case"].search(about).mapped("correlation_id"),
        }
        if "mfg_correlation_id" in self._fields:
            chains.add(self.mfg_correlation_id)
        return sorted(chain for chain in chains if chain)
