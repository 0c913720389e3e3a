from odoo import _, api, fields, models
from odoo.exceptions import UserError


class MfgHoldLifting(models.Model):
    """How something goes on that was held."""

    _inherit = "mfg.hold"

    def _lift(self, why, *, by=None):
        """Lift the holds; a document without any other goes on by itself.

        :param why: reason, as people will read it on the hold and in the audit trail
        :param by: the person a partner names; the acting user by default
        :return: the holds that were active until now
        """
        caller = self.env
        # sudo: who completes a repair or decides an inspection needs no right on the
        # holds that wait for it.
        self = self.sudo()
        held = self._documents()
        for documents in held:
            documents._mfg_bump_hold_version()
        self.invalidate_recordset(["state"])
        active = self.filtered(lambda hold: hold.state == "active")
        active.write(
            {
                "state": "lifted",
                "lifted_at": fields.Datetime.now(),
                "lifted_by": by or self._acting_person(),
                "lift_reason": why,
            }
        )
        for hold in active:
            hold._audit("hold.lifted", old=hold.name, why=why)
        for documents in held:
            documents._mfg_refresh_hold_count()
            for document in documents:
                active._of(document)._hand_over(document, why)
        active.case_id._settle_if_over()
        return active.with_env(caller)

    @api.model
    def _lift_blocked_by(self, blocker, why, *, by=None):
        """Lift the holds that wait for ``blocker``; see :meth:`_lift`."""
        if not blocker.ids:
            return self.browse()
        # sudo: see _lift.
        holds = self.sudo().search(
            [
                ("blocker_model", "=", blocker._name),
                ("blocker_id", "in", blocker.ids),
                ("state", "=", "active"),
            ],
            order="id",
        )
        return holds._lift(why, by=by)

    def _check_liftable_by_hand(self):
        """Refuse to lift by hand what a partner's system alone is to clear.

        :raise UserError: says whose decision the hold waits for
        """
        # sudo: a hold says what it waits for to who may not see that.
        for hold in self.sudo().filtered("blocker_model"):
            blocker = hold._blocker()
            if not blocker or not hasattr(blocker, "_mfg_state_owner"):
                continue
            rule = blocker._mfg_state_owner()
            if rule:
                raise UserError(
                    _(
                        "%(hold)s: it waits for %(blocker)s, whose state belongs to"
                        " %(owner)s. Decide there; Odoo follows by itself. If it cannot"
                        " wait, ask for an override.",
                        hold=hold.name,
                        blocker=blocker.display_name,
                        owner=self.env["mfg.ownership"]._owner_told(rule.owner),
                    )
                )

    def _documents(self):
        """The held documents that still exist: one recordset per model, in order."""
        by_model = {}
        for hold in self:
            by_model.setdefault(hold.res_model, []).append(hold.res_id)
        return [
            self.env[model].browse(sorted(set(ids))).exists()
            for model, ids in sorted(by_model.items())
        ]

    def _hand_over(self, document, why):
        """Let the document go on, or leave what is to be restarted to its next hold."""
        if not self:
            return
        others = self._active_on(document)
        paused = self.paused_workorder_ids
        if others:
            others[:1].paused_workorder_ids |= paused
        else:
            document.with_context(mfg_follows=True)._mfg_holds_cleared(self, why)

    def _newest(self):
        """Of several holds that were lifted at once, the one whose chain tells it."""
        return self.sorted("id")[-1:]

    @api.model
    def _acting_person(self):
        """Name of the person, else of the user, on whose behalf the work is done."""
        return self.env.context.get("mfg_person") or self.env.user.name
