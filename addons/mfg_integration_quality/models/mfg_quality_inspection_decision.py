from odoo import _, models

from odoo.addons.mfg_integration_core.exceptions import InvalidEventError

from ..protocols import disposition as dispositions


class MfgQualityInspectionDecision(models.Model):
    """How a disposition is given, and what comes of it."""

    _inherit = "mfg.quality.inspection"

    def _decide(self, disposition, *, by, at, note=None):
        """Take over a disposition, lift or explain the holds, and leave a trace.

        The same disposition again changes nothing.

        :param by: name of the person who decided, if known
        :param at: naive UTC moment of the decision
        :raise InvalidEventError: ``illegal_transition``
        """
        self.ensure_one()
        current = self.disposition
        if disposition == current:
            # No change, but what was said before this is no news any more.
            self.sudo().decided_at = max(at, self.decided_at or at)
            return
        if not dispositions.may_become(current, disposition):
            raise InvalidEventError(
                _(
                    "%(inspection)s is %(current)s and cannot become %(asked)s.",
                    inspection=self.name,
                    current=self._disposition_label(current),
                    asked=self._disposition_label(disposition),
                ),
                code="illegal_transition",
                pointer="/data/disposition",
            )
        # Decisions pass here only; rights were checked by the door or the button.
        self.sudo().write(
            {
                "disposition": disposition,
                "decided_by": by,
                "decided_at": at,
                "note": note or self.note,
            }
        )
        why = self._decision_sentence(by, note)
        self.env["mfg.audit.entry"]._append(
            self, "state.changed", old=current, new=disposition, why=why
        )
        self._update_holds(by, why)

    def _disposition_label(self, disposition):
        selection = self._fields["disposition"]._description_selection(self.env)
        return dict(selection)[disposition]

    def _decision_sentence(self, by, note):
        """`Released by Ines Okafor: torque within limits`, as far as it is known."""
        label = self._disposition_label(self.disposition)
        sentence = _("%(what)s by %(who)s", what=label, who=by) if by else label
        return f"{sentence}: {note}" if note else sentence

    def _update_holds(self, by, why):
        """Lift what this inspection blocked, or say who can clear it now."""
        self.ensure_one()
        holds = self.env["mfg.hold"]
        if self.disposition in dispositions.RELEASING:
            holds._lift_blocked_by(self, why, by=by)
            return
        # sudo: the decision needs no right on the holds that wait for it.
        waiting = holds.sudo().search(
            [
                ("blocker_model", "=", self._name),
                ("blocker_id", "=", self.id),
                ("state", "=", "active"),
            ]
        )
        waiting._restate(
            _("%(inspection)s: %(why)s", inspection=self.name, why=why),
            self._clearer(),
        )

    def _clearer(self):
        """Who can clear the holds, as it stands."""
        self.ensure_one()
        if self.disposition == "rework":
            return _("Quality, once the rework is inspected")
        if self.disposition == "rejected":
            return _("Quality, by lifting the hold once the lot is dealt with")
        return self.env["mfg.setting"]._get("hold.clearer_quality", self)
