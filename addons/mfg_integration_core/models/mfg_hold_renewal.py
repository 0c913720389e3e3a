from odoo import _, api, fields, models


class MfgHoldRenewal(models.Model):
    """Holds stand again when what lifted them turns out not to be done."""

    _inherit = "mfg.hold"

    lifted_by_blocker = fields.Boolean(
        readonly=True,
        help="Lifted since the blocker was done, not by hand; placed again should the"
        " blocker be reopened.",
    )

    @api.model
    def _lift_blocked_by(self, blocker, why, *, by=None):
        """Extended: they are to be told from those that people lift."""
        lifted = super()._lift_blocked_by(blocker, why, by=by)
        # sudo: as for the lifting itself.
        lifted.sudo().lifted_by_blocker = True
        return lifted

    @api.model
    def _renew_blocked_by(self, blocker, why):
        """Hold again what was let go when ``blocker`` was done, which it is not.

        What a person lifted by hand stays free, and so does what is over meanwhile.

        :param why: what happened, for the readers of what is held
        """
        # sudo: who reopens a repair needs no right on the holds that waited for it.
        lifted = self.sudo().search(
            [
                ("blocker_model", "=", blocker._name),
                ("blocker_id", "in", blocker.ids),
                ("state", "=", "lifted"),
                ("lifted_by_blocker", "=", True),
            ],
            order="id",
        )
        lifted.lifted_by_blocker = False
        for hold in lifted:
            document = hold._document()
            if document is None or not document._mfg_can_be_held():
                continue
            self.with_context(mfg_hold_renewed=True)._place(
                document,
                reason_code=hold.reason_code,
                reason=hold.reason,
                blocker=blocker,
                clearer=hold.clearer,
                case=hold.case_id,
            )
            document._mfg_note(_("On hold again. %(why)s", why=why))
