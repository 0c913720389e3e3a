import logging
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ..exceptions import (
    GateError,
    InvalidEventError,
    MfgIntegrationError,
    MissingReferenceError,
    OutOfTurnError,
)

_logger = logging.getLogger(__name__)

#: A waiting event looks again this often, besides being woken by its reference.
WAITING_CAP_S = 900.0


class MfgInboxOutcome(models.Model):
    """What became of an event that was handled, and what happens to it next."""

    _inherit = "mfg.inbox.event"

    def _succeeded(self, task, state="processed"):
        """Record that the event had its effect, or that it has none to have."""
        self._end_in(state)
        self.env["mfg.delivery.attempt"]._finish(task, "succeeded")

    def _ignore(self, reason_code, reason):
        """Leave the event without effect; called by a handler for what is no news.

        The handler returns the document all the same, so that the log shows it.
        """
        self._end_in("ignored", reason_code=reason_code, reason=reason)

    def _end_in(self, state, reason_code=False, reason=False):
        """Leave the event in a state in which nothing is waited for any more."""
        self._set_state(
            state,
            allowed=("processing",),
            processed_at=fields.Datetime.now(),
            next_attempt_at=False,
            reason_code=reason_code,
            reason=reason,
            waiting_model=False,
            waiting_key=False,
        )

    def _refused_before(self):
        """Events of the same lane that asked for what the table of moves forbids."""
        self.ensure_one()
        if not self.lane_id:
            return self.browse()
        return self.search(
            [
                ("lane_id", "=", self.lane_id.id),
                ("state", "=", "rejected"),
                ("reason_code", "=", "illegal_transition"),
                ("bodies_removed_at", "=", False),
            ],
            order="id",
        )

    def _is_read(self):
        """Whether it is known what the event says.

        What a vendor's webhook was read as went away with the transaction that was
        refused, so it is read again.
        """
        self.ensure_one()
        if self.payload:
            return True
        try:
            return self._map_native()
        except MfgIntegrationError as error:
            # Its template has changed since; it stays with who looks at refusals.
            _logger.info("Event %s cannot be read any more: %s", self.uuid, error)
            return False

    def _take_up_again(self):
        """Let events that were left have another try, since more is known by now.

        Those of the lane that is being worked on follow right after the one at hand;
        for others, the caller wakes somebody.
        """
        for event in self:
            event._set_state(
                "retry",
                allowed=("rejected", "ignored", "dead"),
                attempts_before=event.attempt_count,
                next_attempt_at=False,
                reason_code=False,
                reason=False,
            )

    def _lost(self, task):
        """Try again soon; the attempt does not count."""
        self._set_state(
            "retry",
            allowed=("processing",),
            attempt_count=self.attempt_count - 1,
            next_attempt_at=fields.Datetime.now() + timedelta(seconds=1),
        )
        self.env["mfg.delivery.attempt"].browse(task.attempt_id).unlink()

    def _failed(self, task, error):
        """Record why the event had no effect, and what happens to it next."""
        state, values, outcome = self._judge(task, error)
        self._set_state(
            state,
            allowed=("processing",),
            reason_code=getattr(error, "code", None) or "internal_error",
            reason=self._reason_of(self.connector_id, error),
            **values,
        )
        if isinstance(error, OutOfTurnError):
            self._step_aside()
        self.env["mfg.delivery.attempt"]._finish(task, outcome, error)
        if not isinstance(error, (MfgIntegrationError, UserError)):
            _logger.error(
                "Event %s (%s) was not handled",
                self.uuid,
                self.event_type,
                exc_info=error,
            )

    def _judge(self, task, error):
        """The state that an error leads to, more values, and the attempt's outcome."""
        is_overtaking = isinstance(error, OutOfTurnError)
        if isinstance(error, (MissingReferenceError, GateError)) and not is_overtaking:
            values = {
                **self._waits_for(error),
                "next_attempt_at": self._waiting_until(task),
            }
            return "waiting", values, "retryable"
        if isinstance(error, InvalidEventError):
            return "rejected", {}, "permanent"
        if isinstance(error, UserError):
            return "dead", {}, "permanent"
        wait = self.connector_id._retry_at(
            task.turn + 1, getattr(error, "retry_after", None)
        )
        awaited = self._waits_for(error) if is_overtaking else {}
        if wait is None:
            return "dead", awaited, "permanent"
        state = "waiting" if is_overtaking else "retry"
        return state, {**awaited, "next_attempt_at": wait}, "retryable"

    def _waiting_until(self, task):
        """When a waiting event looks again; it never gives up."""
        seconds = min(WAITING_CAP_S, 2.0 ** min(task.turn, 10))
        return fields.Datetime.now() + timedelta(seconds=seconds)
