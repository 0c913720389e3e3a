from odoo import _, models

from odoo.addons.mfg_integration_core.exceptions import InvalidEventError
from odoo.addons.mfg_integration_core.protocols.freshness import Stand

from ..protocols.release_state import ACCEPTED, REFUSED, may_become

ACTIVITY = "mfg_integration_mes.mail_activity_type_refused"


class MrpProductionReleaseAnswer(models.Model):
    """What the MES says to a release, and how a person hears of a refusal."""

    _inherit = "mrp.production"

    def _mfg_release_stand(self, revision):
        """How new what is known is, for an answer to ``revision``.

        Of two answers to one revision the later one holds; an answer to an older one
        was overtaken by what was told since.
        """
        self.ensure_one()
        if revision < self.mfg_release_revision:
            return Stand(version=self.mfg_release_revision)
        return Stand(at=self.mfg_release_answered_at or None)

    def _mfg_release_answered(self, accepted, *, why, at):
        """Take over an answer to the last revision.

        :param why: what the MES says against it, for people
        :param at: naive UTC moment of the answer
        :raise InvalidEventError: ``illegal_transition``
        """
        self.ensure_one()
        current, asked = self.mfg_release_state, ACCEPTED if accepted else REFUSED
        if not may_become(current, asked):
            states = dict(self._fields["mfg_release_state"].selection)
            raise InvalidEventError(
                f"{self.display_name}: {states[current].lower()}, so there is nothing"
                " that a MES could answer to.",
                code="illegal_transition",
                pointer="/data/accepted",
                remedy="Release the order in Odoo first.",
            )
        self._mfg_set_answer(asked, why, at)

    def _mfg_set_answer(self, state, why, at=False):
        """Write an answer down and have a person look at a refusal."""
        # sudo: what a release is may be written by code only, see `write`.
        order, before = self.sudo(), self.mfg_release_state
        is_repeat = (state, why or False) == (before, order.mfg_release_reason)
        order.write(
            {
                "mfg_release_state": state,
                "mfg_release_reason": why if state == REFUSED else False,
                "mfg_release_answered_at": at,
            }
        )
        if is_repeat:
            return
        self.env["mfg.audit.entry"]._append(
            order, "release.changed", old=before, new=state, why=why
        )
        order._mfg_refusal_is_dealt_with()
        if state == REFUSED:
            why = why or _("it does not say why")
            order._mfg_note(_("The MES refuses the order: %(why)s", why=why))
            order._mfg_ask_planner(why)
        elif state == ACCEPTED:
            order._mfg_note(_("The MES accepts the order."))

    # -------------------------------------------------------------- the planner

    def _mfg_ask_planner(self, why):
        """Have the order's responsible deal with a refusal."""
        self.ensure_one()
        # Quietly: a connector's user may have no address to send a mail from.
        self.with_context(mail_activity_quick_update=True).activity_schedule(
            ACTIVITY,
            user_id=(self.user_id or self.create_uid).id,
            note=_("The MES refuses the order: %(why)s", why=why),
        )

    def _mfg_refusal_is_dealt_with(self):
        """Nobody has to look at the last refusal any more."""
        if self.activity_ids:
            self.activity_unlink([ACTIVITY])
