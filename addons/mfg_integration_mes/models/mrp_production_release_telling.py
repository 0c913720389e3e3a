from odoo import _, fields, models

from ..protocols.release_changes import changes
from ..protocols.release_policy import is_due
from ..protocols.release_state import (
    BEGUN,
    CANCEL,
    CANCELLED,
    CHANGE,
    NOT_RELEASED,
    OPEN,
    RELEASE,
    RELEASED,
    TOLD,
    next_step,
)
from . import release_events


class MrpProductionReleaseTelling(models.Model):
    """What the MES is told of an order, and what the order remembers of it.

    Runs just before the commit, with all rights; see
    ``mrp_production_release_watch``.
    """

    _inherit = "mrp.production"

    def _mfg_release_take_step(self, wish):
        """Tell the MES what there is to tell of one order.

        :param wish: what a person asked for, or None
        :return: entries for the audit trail, none when nothing was told
        """
        self.ensure_one()
        release, native = self.mfg_release_state, self.state
        differs = []
        if release in TOLD and native in OPEN:
            content = self._prepare_mfg_release_data()
            differs = changes(
                self.mfg_release_content or {}, content, has_begun=native in BEGUN
            )
        step = next_step(
            release,
            native,
            wish=wish,
            is_due=release == NOT_RELEASED
            and native in OPEN
            and self._mfg_release_is_due(),
            is_changed=bool(differs),
        )
        if step == RELEASE:
            return self._mfg_tell_release(by_hand=bool(wish))
        if step == CHANGE:
            return self._mfg_tell_change(content, differs)
        if step == CANCEL:
            return self._mfg_tell_cancel(native)
        return []

    def _mfg_release_is_due(self):
        """Whether the order's policy wants it released now."""
        return is_due(
            self._mfg_release_policy(),
            is_held=bool(self.mfg_active_hold_count),
            components_ready=self.reservation_state == "assigned",
            recipe_approved=bool(self.bom_id.mfg_is_approved),
        )

    def _mfg_release_policy(self):
        """The policy of the product, else of its categories, else of the plant."""
        return self.product_id.product_tmpl_id._mfg_release_policy() or self.env[
            "mfg.setting"
        ]._get("mes.release_policy", self)

    # ------------------------------------------------------------------ telling

    def _mfg_tell_release(self, by_hand):
        """Have the MES make the order; nothing happens where no MES gets it."""
        content = self._prepare_mfg_release_data()
        revision = self.mfg_release_revision + 1
        if by_hand:
            self.env["mfg.outbox.message"]._mfg_give_way(self)
        # Also to the system whose event led to it: an order that it knows nothing of,
        # such as one for the rest of what it reported, is no echo.
        messages = (
            self.env["mfg.outbox.message"]
            .with_context(mfg_connector_id=False)
            ._emit(release_events.RELEASED, self, {**content, "revision": revision})
        )
        if not messages:
            return []
        words = _("Released to the MES, revision %(revision)s.", revision=revision)
        if by_hand:
            self._mfg_note(words)
        return self._mfg_release_write(
            RELEASED,
            words,
            content=content,
            mfg_release_revision=revision,
            mfg_release_name=self.mfg_release_name or self.name,
            mfg_released_at=fields.Datetime.now(),
            mfg_released_by=self.env.user.name if by_hand else False,
        )

    def _mfg_tell_change(self, content, differs):
        """Tell the MES what is different, unless the MES itself has changed it."""
        revision = self.mfg_release_revision + 1
        messages = self.env["mfg.outbox.message"]._emit(
            release_events.CHANGED,
            self,
            {
                **content,
                "revision": revision,
                "previous_revision": self.mfg_release_revision,
                "changes": differs,
            },
        )
        if not messages:
            self.mfg_release_content = content
            self.env.flush_all()
            return []
        words = _(
            "The MES is told of a change, revision %(revision)s: %(fields)s.",
            revision=revision,
            fields=", ".join(each["field"].replace("_", " ") for each in differs),
        )
        return self._mfg_release_write(
            RELEASED,
            words,
            content=content,
            mfg_release_revision=revision,
            mfg_released_at=fields.Datetime.now(),
        )

    def _mfg_tell_cancel(self, native):
        """Have the MES give the order up."""
        is_withdrawn = native != "cancel"
        reason = self.env.context.get("mfg_why") or None
        self.env["mfg.outbox.message"]._emit(
            release_events.CANCELLED,
            self,
            {
                "order": self.name,
                "revision": self.mfg_release_revision,
                "cause": "withdrawn" if is_withdrawn else "order_cancelled",
                "reason": reason,
            },
        )
        if is_withdrawn:
            words = _("Withdrawn from the MES.")
            self._mfg_note(words)
        else:
            words = _("The MES is told that the order is cancelled.")
        return self._mfg_release_write(CANCELLED, words)

    def _mfg_release_write(self, state, why, content=None, **values):
        """Remember what the MES was told last; entries for the audit trail."""
        before = self.mfg_release_state
        values |= {
            "mfg_release_state": state,
            "mfg_release_reason": False,
            "mfg_release_answered_at": False,
        }
        if content is not None:
            values["mfg_release_content"] = content
        self.write(values)
        self._mfg_refusal_is_dealt_with()
        entry = self.env["mfg.audit.entry"]._prepare_entry(
            self, "release.changed", old=before, new=state, why=why
        )
        return [entry]
