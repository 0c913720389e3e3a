import logging
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime

import psycopg2
from psycopg2.extras import execute_values

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

from ..exceptions import (
    LeaseLostError,
    MessageExpiredError,
    MfgIntegrationError,
    MissingReferenceError,
    PermanentDeliveryError,
)
from ..protocols import lane as rules
from .mfg_lane_worker import Task

_logger = logging.getLogger(__name__)

#: Time limits of an exchange where no template says others.
EXCHANGE_S = 30.0
#: Lanes of one worker whose messages are on their way at the same time.
LANES_AT_ONCE = 16
NEEDED_TO_SEND = (
    "connector_id",
    "expires_at",
    "lane_sequence",
    "operation",
    "res_id",
    "res_model",
    "snapshot",
)
#: When no more lanes were due, others are looked for after this time.
CLAIM_PAUSE_S = 0.1
#: So long the first result waits for others; short beside the exchange itself.
GATHER_S = 0.01


@dataclass
class Delivery:
    """One message on its way, and in the end how it went.

    :ivar send_until: moment of ``time.monotonic``; sent later, it could still be on its
        way when the lease has run out
    :ivar expires_at: naive UTC moment, or False for a message without an end
    """

    task: Task
    send_until: float
    expires_at: datetime | bool
    exchange: object | None = None
    answers: list = field(default_factory=list)
    reference: str | None = None
    version: int | None = None
    error: Exception | None = None
    duration_ms: int = 0

    def perform(self):
        """Send; never raises, since what went wrong is part of the result."""
        try:
            answer = self.exchange.perform(self.answers.append, self._assert_in_time)
            self.reference, self.version = answer.reference, answer.version
        except Exception as error:  # noqa: BLE001  recorded with the attempt
            self.error = error
        self.duration_ms = round((time.monotonic() - self.task.begun) * 1000)
        return self

    def _assert_in_time(self):
        """Refuse to send what would come too late; adapters ask right before they do.

        :raise LeaseLostError: somebody else may be about to send it
        :raise MessageExpiredError: its time to live is over
        """
        if time.monotonic() > self.send_until:
            raise LeaseLostError(
                "This worker was held up so long that its lease could run out while"
                " the partner thinks; it sends nothing."
            )
        if self.expires_at and self.expires_at <= fields.Datetime.now():
            raise MessageExpiredError(
                "Its time to live is over, so it was not sent again. An earlier try"
                " may have reached the partner in time."
            )


@dataclass(frozen=True)
class Verdict:
    """What a delivery's end means for its message and its attempt."""

    state: str
    outcome: str
    next_attempt_at: datetime | None = None


class MfgOutboxDelivery(models.Model):
    """How owed messages reach their partner.

    The lanes of a connector move independently: while the partner thinks about some
    messages, others are marked, prepared and recorded, many in one transaction.
    """

    _inherit = "mfg.outbox.message"

    _attempt_column = "message_id"
    _in_flight_state = "delivering"

    def _lease_seconds(self, connector):
        if not connector.template:
            # A look-up may come before the call itself.
            return 2 * EXCHANGE_S + rules.LEASE_MARGIN_S
        return connector._get_template().longest_exchange_s + rules.LEASE_MARGIN_S

    def _exchange_seconds(self, connector):
        """How long it takes at most from what has an effect to the end."""
        if not connector.template:
            return EXCHANGE_S
        return connector._get_template().longest_effect_s

    def _work_leased(self, worker, lease, stint):
        """Send the messages of due lanes; see the worker's ``_work_lanes``."""
        idle = worker._claim(lease, LANES_AT_ONCE)
        if not idle:
            return False
        if len(idle) == LANES_AT_ONCE:
            stint.ask_for_help()
        connector = self.env["mfg.connector"].browse(lease.connector_id)
        adapter = self.env["mfg.connector.adapter"]._of(connector)
        exchange_s = self._exchange_seconds(connector)
        with (
            adapter._open(connector) as line,
            ThreadPoolExecutor(LANES_AT_ONCE) as threads,
        ):
            under_way, claim_at = set(), 0.0
            while True:
                late = stint.is_over()
                free = LANES_AT_ONCE - len(under_way) - len(idle)
                if free and not late and time.monotonic() >= claim_at:
                    claimed = worker._claim(lease, free)
                    idle += claimed
                    if len(claimed) < free:
                        claim_at = time.monotonic() + CLAIM_PAUSE_S
                # One transaction: what is in flight is there with what will be sent.
                with lease.transaction():
                    tasks = worker._begin(lease, idle, late)
                    deliveries = self._prepare(line, lease, exchange_s, tasks)
                under_way |= {
                    threads.submit(delivery.perform) for delivery in deliveries
                }
                if not under_way:
                    return True
                ended, under_way = _some_ended(under_way)
                deliveries = [future.result() for future in ended]
                self._record(worker, lease, connector, deliveries)
                stint.rows += len(deliveries)
                idle = [delivery.task.lane_id for delivery in deliveries]

    def _prepare(self, line, lease, exchange_s, tasks):
        """The calls to make; what will be sent is kept with the attempts first."""
        if not tasks:
            return []

        # On the lease's connection: one of their own would cost as much as the reading.
        with lease.transaction() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            adapter = env[line.adapter]
            messages = env["mfg.outbox.message"].browse([task.row_id for task in tasks])
            # All at once, and not the many fields that only screens show.
            messages.fetch(NEEDED_TO_SEND)
            messages.connector_id.fetch(["template"])
            deliveries = []
            for task, message in zip(tasks, messages, strict=True):
                send_until = task.leased + lease.seconds - exchange_s
                delivery = Delivery(task, send_until, message.expires_at)
                try:
                    delivery.exchange = adapter._prepare_exchange(
                        line, message, task.uncertain
                    )
                except psycopg2.Error:
                    raise
                except Exception as error:  # noqa: BLE001  recorded with the attempt
                    delivery.exchange = _Refused(error)
                deliveries.append(delivery)
            env["mfg.delivery.attempt"]._keep_requests(
                cr,
                [
                    (delivery.task.attempt_id, delivery.exchange)
                    for delivery in deliveries
                    if not isinstance(delivery.exchange, _Refused)
                ],
            )
            return deliveries

    # ----------------------------------------------------------------- results

    def _record(self, worker, lease, connector, deliveries):
        """Write how deliveries ended: together, else each for itself.

        One result that the database refuses must not keep the others from being
        written, or all of them would be sent again and again.
        """
        try:
            self._record_together(worker, lease, connector, deliveries)
        except psycopg2.OperationalError:
            raise
        except psycopg2.Error:
            for delivery in deliveries:
                self._record_alone(worker, lease, connector, delivery)

    def _record_alone(self, worker, lease, connector, delivery):
        """Write how one delivery ended, at the worst without what follows from it."""
        try:
            self._record_together(worker, lease, connector, [delivery])
        except psycopg2.OperationalError:
            raise
        except psycopg2.Error:
            _logger.exception(
                "What the partner calls message %s (%s) could not be bound",
                delivery.task.row_id,
                delivery.reference,
            )
            self._record_together(worker, lease, connector, [delivery], bind=False)

    def _record_together(self, worker, lease, connector, deliveries, bind=True):
        """Write how deliveries ended, those whose lanes are still ours.

        The partner's references are part of this one short transaction, so that what
        the partner has made is never forgotten for the sake of anything else.
        """
        lanes = [delivery.task.lane_id for delivery in deliveries]
        with lease.transaction() as cr:
            owned = worker._owned(cr, lease, lanes)
            kept = [each for each in deliveries if each.task.lane_id in owned]
            verdicts = [self._judge(connector, delivery) for delivery in kept]
            if kept:
                self._write_ends(cr, connector, kept, verdicts)
                self.env["mfg.delivery.attempt"]._close(cr, kept, verdicts)
            if kept and bind:
                self._bind_references(cr, kept)
            self.env["mfg.breaker"]._learn(cr, connector, deliveries)
        for delivery in deliveries:
            self._report(delivery, delivery.task.lane_id in owned)

    def _judge(self, connector, delivery):
        """What the end of a delivery means."""
        error = delivery.error
        if error is None:
            return Verdict("delivered", "succeeded")
        if isinstance(error, MissingReferenceError):
            # A word that nobody mapped: it goes on once somebody did, not before.
            return Verdict("held", "permanent")
        if isinstance(error, MessageExpiredError):
            return Verdict("expired", "abandoned")
        if isinstance(error, (PermanentDeliveryError, UserError)):
            return Verdict("dead", "permanent")
        next_at = connector._retry_at(
            delivery.task.turn + 1, getattr(error, "retry_after", None)
        )
        if next_at is None:
            return Verdict("dead", "permanent")
        return Verdict("retry", "retryable", next_at)

    def _write_ends(self, cr, connector, deliveries, verdicts):
        """Store the new states of the messages."""
        now = fields.Datetime.now()
        rows = []
        for delivery, verdict in zip(deliveries, verdicts, strict=True):
            error = delivery.error
            rows.append(
                (
                    delivery.task.row_id,
                    verdict.state,
                    verdict.next_attempt_at,
                    now if verdict.state == "delivered" else None,
                    delivery.reference,
                    delivery.version,
                    (getattr(error, "code", None) or "internal_error")
                    if error
                    else None,
                    self._reason_of(connector, error) if error else None,
                    *self._waits_for(error).values(),
                )
            )
        execute_values(
            # Odoo's cursor delegates to psycopg2's, which execute_values needs.
            cr._obj,
            """
            UPDATE mfg_outbox_message message
               SET state = ended.state, next_attempt_at = ended.next_attempt_at,
                   delivered_at = ended.delivered_at,
                   partner_reference =
                       COALESCE(ended.reference, message.partner_reference),
                   partner_version =
                       COALESCE(ended.version, message.partner_version),
                   reason_code = ended.reason_code, reason = ended.reason,
                   waiting_model = ended.waiting_model, waiting_key = ended.waiting_key
              FROM (VALUES %s) AS ended
                   (id, state, next_attempt_at, delivered_at, reference, version,
                    reason_code, reason, waiting_model, waiting_key)
             WHERE message.id = ended.id AND message.state = 'delivering'
            """,
            rows,
            template="(%s, %s, %s::timestamp, %s::timestamp, %s, %s::integer,"
            " %s, %s, %s, %s)",
            page_size=len(rows),
        )
        self._note_failures(cr, [row[0] for row in rows if row[1] == "dead"])

    def _bind_references(self, cr, deliveries):
        """Remember what the partner calls the documents that the messages are about."""
        references = {
            delivery.task.row_id: delivery.reference
            for delivery in deliveries
            if delivery.reference
        }
        if not references:
            return
        cr.execute(
            """
            SELECT id, connector_id, res_model, res_id FROM mfg_outbox_message
             WHERE id = ANY(%s) AND res_model IS NOT NULL AND res_id > 0
             ORDER BY id
            """,
            (list(references),),
        )
        self.env["mfg.binding"]._bind_all(
            cr,
            [
                (connector_id, model, record_id, references[message_id])
                for message_id, connector_id, model, record_id in cr.fetchall()
            ],
        )

    def _report(self, delivery, owned):
        """Tell the server's log of what no list shows."""
        if not owned:
            _logger.info(
                "The lease on lane %s ran out; a result is dropped",
                delivery.task.lane_id,
            )
        elif delivery.error and not isinstance(
            delivery.error, (MfgIntegrationError, UserError)
        ):
            _logger.error(
                "Message %s was not delivered",
                delivery.task.row_id,
                exc_info=delivery.error,
            )


def _some_ended(under_way):
    """Wait for the first delivery to end, and a moment for those right behind it.

    What ends together is recorded together, and the next of these lanes begin together.

    :return: ``(those that ended, those still under way)``
    """
    ended, left = wait(under_way, return_when=FIRST_COMPLETED)
    if left:
        ended, left = wait(under_way, timeout=GATHER_S)
    return ended, left


@dataclass(frozen=True)
class _Refused:
    """An exchange that could not be prepared; performing it says why."""

    error: Exception

    def perform(self, _seen, _assert_in_time):
        raise self.error
