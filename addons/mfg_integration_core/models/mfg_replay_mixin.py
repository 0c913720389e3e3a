from datetime import timezone

from odoo import _, fields, models

from ..protocols import replay as rules

#: States in which a row may be told to go again, whatever was chosen.
REPLAYED_FROM = (
    *("dead", "rejected", "held", "waiting", "retry"),
    *("delivered", "acknowledged", "processed", "ignored"),
)


class MfgReplayMixin(models.AbstractModel):
    """How an event or message goes another time: same row, same ids, same place."""

    _inherit = "mfg.queued.mixin"

    replay_count = fields.Integer(
        "Replays", readonly=True, copy=False, help="How often a person had it go again."
    )
    repeated = fields.Boolean(
        readonly=True,
        copy=False,
        help="It had its effect before and was repeated on purpose.",
    )

    def _replay_verdict(self, choice, now):
        """Whether the row goes another time: a verdict of ``protocols/replay.py``.

        :param now: epoch seconds
        """
        self.ensure_one()
        expires_at = "expires_at" in self._fields and self.expires_at
        view = rules.RowView(
            self.state,
            self.connector_id.state,
            expires_at.replace(tzinfo=timezone.utc).timestamp() if expires_at else None,
            bool(self.bodies_removed_at),
        )
        return rules.judge(view, choice, now)

    def _replay(self, verdict):
        """Put the row back to where it is due; its lane takes it in its old place.

        :param verdict: an accepted one
        """
        self.ensure_one()
        self._set_state(
            "retry",
            allowed=REPLAYED_FROM,
            next_attempt_at=False,
            reason_code=False,
            reason=False,
            replay_count=self.replay_count + 1,
            repeated=self.repeated or verdict.code != "again",
        )

    def action_replay(self):
        """Open the replay of these rows."""
        return self.env["mfg.integration.log"].browse(self.ids).action_replay()

    def _verdict_texts(self):
        """What each verdict says to a person, by its code."""
        return {
            "again": _("Goes again."),
            "sent_again": _("The partner has it already; it is sent once more."),
            "handled_again": _("It had its effect already; it is handled once more."),
            "connector_paused": _("Its connector is paused. Resume it first."),
            "connector_draft": _("Its connector is a draft. Set it live first."),
            "body_removed": _("Its body was removed by retention; nothing is left."),
            "expired": _("Its time to live is over; it would come too late."),
            "queued": _("It is still in the queue and goes by itself."),
            "in_flight": _("A worker is at it at this moment."),
            "delivered": _("The partner has it already."),
            "processed": _("It had its effect in Odoo already."),
            "superseded": _("A newer message has taken its place."),
            "cancelled": _("A person cancelled it."),
            "gone": _("It was deleted meanwhile."),
        }
