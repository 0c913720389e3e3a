import uuid

from odoo import api, fields, models


class MfgHoldPlacing(models.Model):
    """How something comes to be held."""

    _inherit = "mfg.hold"

    @api.model
    def _place(
        self,
        document,
        *,
        reason_code,
        reason,
        blocker=None,
        clearer=None,
        case=None,
        paused_workorders=None,
    ):
        """Hold ``document`` until its blocker is done or a person lifts the hold.

        :param document: one record of a model with ``mfg.holdable.mixin``
        :param reason: what happened, in a few words; becomes part of the hold's name
        :param blocker: record whose completion lifts the hold
        :param clearer: who can clear it, as the refused person should read it
        :param paused_workorders: work orders that the cause itself stopped just now
            and that start again with the document
        :return: the hold; the same one when document and blocker have one already
        :raise UserError: the document is past being held, e.g. a finished order
        """
        document.ensure_one()
        caller = self.env
        # sudo: who reports a cause (a machine, a partner) has no right on holds or on
        # the document; what it may set off was decided when it was connected.
        self, document = self.sudo(), document.sudo()
        document._mfg_bump_hold_version()
        document._mfg_check_holdable()
        hold = self._active_on(document).filtered(
            lambda hold: hold._same_cause(reason_code, reason, blocker)
        )[:1]
        if hold:
            return hold.with_env(caller)
        hold = self.create(
            self._prepare_hold(document, reason_code, reason, blocker, clearer, case)
        )
        if paused_workorders:
            hold.paused_workorder_ids = paused_workorders
        if "mfg_correlation_id" in document._fields:
            document.mfg_correlation_id = hold.correlation_id
        hold.case_id._reopen()
        hold._audit("hold.placed", document, new=hold.name, why=reason)
        document._mfg_refresh_hold_count()
        # What a hold does to others is our doing, not that of whose event placed it.
        document.with_context(mfg_follows=True)._mfg_hold_placed(hold)
        return hold.with_env(caller)

    def _same_cause(self, reason_code, reason, blocker):
        """Whether a hold with these values would say the same thing again."""
        if self.reason_code != reason_code:
            return False
        if not blocker:
            return not self.blocker_model and self.reason == reason
        return (self.blocker_model, self.blocker_id) == (blocker._name, blocker.id)

    @api.model
    def _prepare_hold(self, document, reason_code, reason, blocker, clearer, case):
        """Values of a new hold."""
        label = dict(self._fields["reason_code"]._description_selection(self.env))
        correlation_id = (
            (case and case.correlation_id)
            or self.env["mfg.audit.entry"]._chain_of(document)
            or str(uuid.uuid4())
        )
        case = case or self.env["mfg.case"].search(
            [("correlation_id", "=", correlation_id)]
        )
        company = "company_id" in document._fields and document.company_id
        plants = self.env["mfg.plant"]
        plant = plants._plants_of(document)[document.id] or case.plant_id
        if not plant:
            plant = plants._plant_of(blocker if blocker else document)
        return {
            "name": f"{label[reason_code]}: {reason}",
            "reason_code": reason_code,
            "reason": reason,
            "res_model": document._name,
            "res_id": document.id,
            "blocker_model": blocker._name if blocker else False,
            "blocker_id": blocker.id if blocker else False,
            "clearer": clearer,
            "placed_at": fields.Datetime.now(),
            "placed_by_id": self.env.uid,
            "case_id": case.id,
            "correlation_id": correlation_id,
            "company_id": (company or self.env.company).id,
            "plant_id": plant.id,
        }
