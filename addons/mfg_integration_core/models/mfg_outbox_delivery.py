import base64
import logging
import time
from datetime import timedelta

from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import UserError

from ..exceptions import (
    LeaseLostError,
    MfgIntegrationError,
    MissingReferenceError,
    PermanentDeliveryError,
    in_full,
)
from ..protocols import lane as rules
from ..unit_of_work import run_in_transaction

_logger = logging.getLogger(__name__)

#: Time limits of an exchange where no template says others.
EXCHANGE_S = 30.0


class MfgOutboxDelivery(models.Model):
    """How an owed message reaches its partner."""

    _inherit = "mfg.outbox.message"

    _attempt_column = "message_id"
    _in_flight_state = "delivering"

    def _lease_seconds(self, connector):
        if not connector.template:
            return EXCHANGE_S + rules.LEASE_MARGIN_S
        limits = connector._get_template().limits
        # A look-up may come before the call itself.
        return 2 * (limits.connect_s + limits.read_s) + rules.LEASE_MARGIN_S

    def _work(self, worker, lease, task, uncertain):
        """Send one message; no transaction is open while the partner thinks.

        :param uncertain: an earlier attempt may have reached the partner
        """
        exchange = self._prepare(task, uncertain)
        if time.monotonic() - task.begun > rules.LEASE_MARGIN_S:
            raise LeaseLostError(
                "This worker was held up so long that its lease could run out while"
                " the partner thinks; it sends nothing."
            )
        answers = []
        try:
            answer = exchange.perform(answers.append)
        except Exception as error:  # noqa: BLE001  recorded with the attempt
            failure = error

            def record_failure(message):
                message._note_answer(task, answers)
                message._failed(task, failure)

            worker._record(lease, task, record_failure)
            return

        def record_success(message):
            message._note_answer(task, answers)
            message.env["mfg.delivery.attempt"]._finish(task, "succeeded")
            message._delivered(answer.reference)

        worker._record(lease, task, record_success)

    def _prepare(self, task, uncertain):
        """The call to make; what will be sent is kept with the attempt first."""

        def prepare(env):
            message = env["mfg.outbox.message"].browse(task.row_id)
            adapter = env["mfg.connector.adapter"]._of(message.connector_id)
            exchange = adapter._prepare_exchange(message, uncertain)
            env["mfg.delivery.attempt"].browse(task.attempt_id).write(
                {
                    "request_method": exchange.method,
                    "request_url": exchange.url,
                    "request_headers": exchange.headers,
                    "request_body": base64.b64encode(exchange.body or b""),
                }
            )
            return exchange

        return run_in_transaction(self.env.registry, prepare, uid=SUPERUSER_ID)

    # ----------------------------------------------------------------- results

    def _note_answer(self, task, answers):
        """Keep the last answer with the attempt, whatever it means."""
        if answers:
            self.env["mfg.delivery.attempt"].browse(task.attempt_id).write(
                {
                    "response_status": answers[-1].status,
                    "response_headers": answers[-1].headers,
                    "response_body": base64.b64encode(answers[-1].body),
                }
            )

    def _concurrency_lost(self, task):
        """Try again soon; nothing was sent and the attempt does not count."""
        self._set_state(
            "retry",
            allowed=("delivering",),
            attempt_count=self.attempt_count - 1,
            next_attempt_at=fields.Datetime.now() + timedelta(seconds=1),
        )
        self.env["mfg.delivery.attempt"].browse(task.attempt_id).unlink()

    def _failed(self, task, error):
        """Record why the message did not arrive, and what happens to it next."""
        state, next_at = self._judge(task, error)
        outcome = "retryable" if state == "retry" else "permanent"
        self.env["mfg.delivery.attempt"]._finish(task, outcome, error)
        self._set_state(
            state,
            allowed=("delivering",),
            next_attempt_at=next_at,
            reason_code=getattr(error, "code", None) or "internal_error",
            reason=in_full(error),
        )
        if not isinstance(error, (MfgIntegrationError, UserError)):
            _logger.error("Message %s was not delivered", self.uuid, exc_info=error)

    def _judge(self, task, error):
        """The state that an error leads to, and when the message is tried again."""
        if isinstance(error, MissingReferenceError):
            # A word that nobody mapped: it goes on once somebody did, not before.
            return "held", None
        if isinstance(error, (PermanentDeliveryError, UserError)):
            return "dead", None
        next_at = self._next_try(task, getattr(error, "retry_after", None))
        return ("dead" if next_at is None else "retry"), next_at
