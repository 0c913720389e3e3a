from odoo import _, models

from ..gate_error import GateUserError


class MfgGateMixin(models.AbstractModel):
    """The gate before an action on a thing that may be held.

    Gates have no write skew: placing or lifting a hold first updates the version
    column of the held row, and a gate locks the same row before it looks for holds;
    see ``mfg.hold.version.mixin``.
    """

    _name = "mfg.gate.mixin"
    _inherit = ["mfg.hold.version.mixin"]
    _description = "Has a Gate"

    # Whether a gated action writes the row itself. Then a gate may trust for the rest
    # of the transaction that it found no hold: should a rollback to a bare savepoint
    # give the lock away, that write fails when a hold was placed meanwhile.
    _mfg_gate_remembers = False

    def _mfg_check_gate(self, action, *, looks_only=False):
        """Let an action pass only when none of the records is held.

        :param action: key of :meth:`_mfg_refusals`, such as ``finish``
        :param looks_only: the effect comes later, behind a gate of its own, and may
            need a person's answer before; an override is not used up yet
        :raise GateUserError: names every hold, since when, and who can clear it

        Two queries for all records together, none for an empty recordset. The rows
        stay locked until the transaction ends: nobody holds them behind its back.
        """
        records = self._mfg_not_known_free()
        if not records.ids:
            return
        records._mfg_lock_for_gate()
        # sudo: a gate holds for people who may not see holds, too.
        holds = self.env["mfg.hold"].sudo()._active_on(records)
        left = holds and self.env["mfg.override"]._left_of(
            holds, records, looks_only=looks_only
        )
        if left:
            raise GateUserError(records._mfg_refusal(action, left), holds=left)
        if not (holds and looks_only):
            records._mfg_remember_free()

    def _mfg_refusal(self, action, holds):
        """The sentence, one per held record, that a refused action is answered with."""
        template = self._mfg_refusals()[action]
        # Not in the generator, where 19.0 does not find the user's language.
        blocked = _("blocked by %(hold)s")
        held = self.filtered(lambda record: holds._of(record))
        return "\n".join(
            template
            % {
                "document": record.sudo().display_name,
                "holds": "; ".join(
                    blocked % {"hold": hold._blocker_text()}
                    for hold in holds._of(record)
                ),
            }
            for record in held
        )

    def _mfg_refusals(self):
        """Sentence per gated action; made to be extended with further actions."""
        return {
            "finish": _("%(document)s cannot be finished: %(holds)s."),
            "move": _("%(document)s cannot be moved: %(holds)s."),
            "receive": _("Nothing can be received from %(document)s: %(holds)s."),
            "reserve": _("Nothing can be reserved for %(document)s: %(holds)s."),
            "split": _("%(document)s cannot be split or merged: %(holds)s."),
            "start": _("%(document)s cannot be started: %(holds)s."),
            "validate": _("%(document)s cannot be validated: %(holds)s."),
        }

    # ---------------------------------------------------------------- business

    def _mfg_not_known_free(self):
        """The records that no gate of this transaction has passed yet."""
        known = self.env.cr.precommit.data.get("mfg.gate", ())
        return self.filtered(lambda record: (record._name, record.id) not in known)

    def _mfg_remember_free(self):
        # Lives in the precommit data since a rollback to a savepoint clears that.
        if self._mfg_gate_remembers:
            known = self.env.cr.precommit.data.setdefault("mfg.gate", set())
            known.update((self._name, record_id) for record_id in self.ids)

    def _mfg_bump_hold_version(self):
        """Extended: what the gate knew of the records is not true any more."""
        result = super()._mfg_bump_hold_version()
        known = self.env.cr.precommit.data.get("mfg.gate")
        if known:
            known.difference_update((self._name, record_id) for record_id in self.ids)
        return result
