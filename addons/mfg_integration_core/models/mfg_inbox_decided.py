from odoo import _, models

from ..exceptions import DECISION, UndecidedError
from .mfg_lane import FINAL_STATES


class MfgInboxDecided(models.Model):
    """How an event waits until somebody has decided what it wants."""

    _inherit = "mfg.inbox.event"

    def _failed(self, task, error):
        """Extended: what another system owns is told, and asked about."""
        super()._failed(task, error)
        conflicts = getattr(error, "conflicts", ())
        if not conflicts:
            return
        first = conflicts[0]
        plant = self.plant_id or self.env["mfg.plant"]._plant_of(
            self.env[first.model].browse(first.record_id)
        )
        self.write(
            {
                "res_model": first.model,
                "res_id": first.record_id,
                "plant_id": plant.id,
            }
        )
        if isinstance(error, UndecidedError):
            self.env[DECISION]._ask(self, conflicts)
        else:
            self._audit_refused(conflicts)

    def _audit_refused(self, conflicts):
        """Tell the trail of the document what was not let through."""
        audit = self.env["mfg.audit.entry"].with_context(
            mfg_correlation_id=self.correlation_id,
            mfg_causation_id=self.uuid,
        )
        audit._append_all(
            audit._prepare_entry(
                self.env[conflict.model].browse(conflict.record_id),
                "ownership.refused",
                old=conflict.old,
                new=conflict.wanted,
                why=self.reason,
            )
            for conflict in conflicts
        )

    def _reject_as_decided(self, decision):
        """Reject the event as an Approver decided, and let its lane go on."""
        self.ensure_one()
        rejected = self._set_state(
            "rejected",
            allowed=("waiting", "retry"),
            reason_code="decided_against",
            reason=_(
                "%(who)s rejected it, since the %(field)s of %(document)s belongs to"
                " %(owner)s: %(note)s",
                who=decision.decided_by_id.name,
                field=(decision.label or "").lower(),
                document=decision.document_name,
                owner=decision.owner_name,
                note=decision.note,
            ),
            waiting_model=False,
            waiting_key=False,
        )
        if rejected:
            self.lane_id._unpark()
            self.connector_id._wake()

    def _set_state(self, target, *, allowed, **values):
        """Extended: an event that is over has nothing left to be decided."""
        waited = self.waiting_model == DECISION
        changed = super()._set_state(target, allowed=allowed, **values)
        if changed and waited and target in FINAL_STATES["in"]:
            self.env[DECISION]._lapse(self)
        return changed
