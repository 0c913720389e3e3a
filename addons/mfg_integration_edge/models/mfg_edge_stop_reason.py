from datetime import timedelta

from odoo import _, api, models

from odoo.addons.mfg_integration_core.exceptions import OutOfTurnError


class MfgEdgeStopReason(models.Model):
    """How a stop gets its reason, and what becomes of a reason that has no stop."""

    _inherit = "mfg.edge.stop"

    def init(self):
        super().init()
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS mfg_inbox_event_no_stop_index
                ON mfg_inbox_event (waiting_key, received_at)
             WHERE waiting_model = 'mfg.edge.stop' AND state IN ('ignored', 'dead')
            """
        )

    def _explain(self, loss, *, code, text=None, by=None, at):
        """Take over why the machine stood still; the newest word counts.

        :param loss: Odoo's downtime reason
        :param code: the sender's own
        :param at: when it was told, naive UTC
        """
        self.ensure_one()
        if self.reason_at and at < self.reason_at:
            return
        self.write(
            {
                "loss_id": loss.id,
                "reason_code": code,
                "reason_text": text or False,
                "reason_by": by or False,
                "reason_at": at,
            }
        )
        self._post()

    # -------------------------------------------------------------- without stop

    @api.model
    def _leave_unexplained(self, event, equipment, moment):
        """Leave a reason without effect: the machine had no stop at that moment.

        A state that comes late and makes it one takes the reason up again.

        :param moment: naive UTC
        :raise OutOfTurnError: nobody knows yet what the machine did next
        """
        # Who adds a state meanwhile looks for reasons after this one was left.
        settled_until = self._lock_machine(equipment)
        if settled_until and moment < settled_until:
            why = _(
                "The history of %(machine)s is kept from %(since)s UTC on; what it did"
                " at %(at)s UTC is settled.",
                machine=equipment.display_name,
                since=settled_until.replace(microsecond=0),
                at=moment.replace(microsecond=0),
            )
        elif self.env["mfg.edge.state"]._is_followed(equipment, moment):
            why = _(
                "%(machine)s had no stop at %(at)s UTC, or one that is shorter than"
                " the least that counts (setting: Shortest stop).",
                machine=equipment.display_name,
                at=moment.replace(microsecond=0),
            )
        else:
            raise self._no_stop_yet(equipment, moment)
        event._ignore("no_stop", why)
        event.write(
            {
                "waiting_model": self._name,
                "waiting_key": self._waiting_key(equipment),
            }
        )

    @api.model
    def _resume_reasons(self, equipment):
        """Let the reasons go on that waited for what this machine did."""
        # sudo: whose reason it is, is none of the business of who tells a state.
        events = self.env["mfg.inbox.event"].sudo()
        ids = events._resume_awaiting(
            self.env.cr, [(self._name, self._waiting_key(equipment))]
        )
        if ids:
            events.invalidate_model(["state", "next_attempt_at", "reason"])
            self.env["mfg.connector"].sudo().browse(ids)._wake()

    def _take_up_reasons(self):
        """Let the reasons go on that were left, since there was no such stop then."""
        handler = self.env["mfg.handler.downtime.reason"]
        for stop in self:
            # sudo: as above. What a second earlier was told may mean the stop, too.
            left = self.env["mfg.inbox.event"].sudo()
            left = left.search(
                [
                    ("waiting_model", "=", self._name),
                    ("waiting_key", "=", self._waiting_key(stop.equipment_id)),
                    ("state", "in", ("ignored", "dead")),
                    ("received_at", ">=", stop.began_at - timedelta(seconds=1)),
                    ("bodies_removed_at", "=", False),
                ]
            )
            mine = left.filtered(
                lambda event, stop=stop: (
                    self._at(stop.equipment_id, handler._moment(event)) == stop
                )
            )
            mine._take_up_again()
            mine.lane_id._unpark()
            mine.connector_id._wake()

    @api.model
    def _waiting_key(self, equipment):
        """By what a reason waits for a stop of a machine."""
        return f"equipment-{equipment.id}"

    @api.model
    def _no_stop_yet(self, equipment, moment):
        """The error of a reason that came before the states that it is about."""
        return OutOfTurnError(
            _(
                "%(machine)s has no stop at %(at)s UTC, and what it did next is not"
                " known yet. Its states may still be on their way.",
                machine=equipment.display_name,
                at=moment.replace(microsecond=0),
            ),
            model=self._name,
            key=self._waiting_key(equipment),
        )
