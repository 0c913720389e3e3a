import base64
import logging
import time
from datetime import timezone

import psycopg2

from odoo import SUPERUSER_ID, models

from ..exceptions import (
    LeaseLostError,
    UnknownEventTypeError,
)
from ..protocols import cloudevents
from ..unit_of_work import CONCURRENCY_ERRORS, run_in_transaction

_logger = logging.getLogger(__name__)

#: A handler has this long before another worker may take its lane.
LEASE_S = 60.0
#: Lanes that one worker serves in turns.
LANES_AT_ONCE = 8


class MfgInboxHandling(models.Model):
    """How a stored event becomes an Odoo document."""

    _inherit = "mfg.inbox.event"

    _attempt_column = "event_id"
    _in_flight_state = "processing"

    def _lease_seconds(self, connector):
        return LEASE_S

    def _work_leased(self, worker, lease, stint):
        """Handle the events of due lanes in turns; see the worker's ``_work_lanes``."""
        claimed = lane_ids = worker._claim(lease, LANES_AT_ONCE)
        if len(claimed) == LANES_AT_ONCE:
            stint.ask_for_help()
        while lane_ids:
            tasks = worker._begin(lease, lane_ids, late=stint.is_over())
            for task in tasks:
                if time.monotonic() - task.leased > LEASE_S / 2:
                    worker._keep(lease)
                self._work(worker, lease, task)
            stint.rows += len(tasks)
            lane_ids = [task.lane_id for task in tasks]
        return bool(claimed)

    def _work(self, worker, lease, task):
        """Handle one event and record how it went."""
        try:
            self._handle_in_transaction(worker, lease, task)
        except LeaseLostError as error:
            _logger.info("%s", error)
        except psycopg2.OperationalError as error:
            if error.pgcode not in CONCURRENCY_ERRORS:
                raise
            # Lost against other transactions again and again: not the event's fault.
            self._record(worker, lease, task, lambda event: event._lost(task))
        except Exception as error:  # noqa: BLE001  every failure is recorded
            failure = error
            self._record(
                worker, lease, task, lambda event: event._failed(task, failure)
            )

    def _handle_in_transaction(self, worker, lease, task):
        """Handle one event: its effect and its state in one transaction.

        That one transaction is why a crash at any point leaves either everything or
        nothing, and why an uncertain event is simply handled again.
        """
        connector = self.env["mfg.connector"].browse(lease.connector_id)

        def handle(env):
            event = env["mfg.inbox.event"].browse(task.row_id)
            state = event._handle_as_user()
            # Its fields are the hub's own, which the connector's user can't write.
            event.sudo()._succeeded(task, state)
            worker._assert_owned(env.cr, lease, task.lane_id)

        run_in_transaction(
            self.env.registry,
            handle,
            uid=connector.user_id.id,
            context=self._handling_context(connector),
        )

    def _handling_context(self, connector):
        """The context in which the connector's events are handled."""
        return {
            "mfg_connector_id": connector.id,
            "allowed_company_ids": connector.company_id.ids,
            "mfg_plant_id": connector.plant_id.id,
            "lang": connector.user_id.lang,
            "tz": connector.user_id.tz,
        }

    def _record(self, worker, lease, task, write):
        """Run ``write(event)`` in a transaction, if the lane is still ours."""

        def record(env):
            write(env["mfg.inbox.event"].browse(task.row_id))
            worker._assert_owned(env.cr, lease, task.lane_id)

        try:
            run_in_transaction(self.env.registry, record, uid=SUPERUSER_ID)
        except LeaseLostError as error:
            _logger.info("%s", error)

    def _handle_as_user(self):
        """Give the event to the handler of its type.

        The handler works with the rights of the connector's user; the event itself
        is passed with the hub's rights, since users do not read payloads.

        :return: ``processed``, or ``ignored`` for a vendor's webhook that the
            template has no use for
        """
        event = self.sudo()
        if event.native and not event.payload and not event._map_native():
            return "ignored"
        handler = event._handler().with_context(
            mfg_correlation_id=event.correlation_id,
            mfg_causation_id=event.uuid,
            mfg_traceparent=event.traceparent,
        )
        handler = handler.with_user(self.env.user)
        document = handler._handle(event)
        # What is computed tells of itself in the chain of the environment that computes
        # it: let it be this one, not whichever the commit would take.
        handler.env.flush_all()
        if document:
            plant = event.plant_id or self.env["mfg.plant"]._plant_of(document)
            event.write(
                {
                    **event._prepare_posted(),
                    "res_model": document._name,
                    "res_id": document.id,
                    "plant_id": plant.id,
                }
            )
        return "processed"

    def _handler(self):
        """The handler that this type of event has.

        :raise UnknownEventTypeError: no installed addon handles it
        """
        handler = self.env["mfg.event.type"]._handler_of(self.event_type)
        if not handler:
            raise UnknownEventTypeError(
                f"No installed addon handles events of the type {self.event_type}."
            )
        return self.env[handler]

    def _map_native(self):
        """Turn the vendor's own webhook into the canonical event it stands for.

        :return: False when no rule of the template wants it
        :raise UnmappedValueError: it uses a word that the template does not know
        :raise InvalidEventError: it can't be read, or what it says breaks the contract
        """
        self.ensure_one()
        webhook = self._read_native()
        if webhook.event_type is None:
            return False
        self.env["mfg.event.type"]._contracts().check(webhook.event_type, webhook.data)
        event_time = webhook.time or self.received_at.replace(tzinfo=timezone.utc)
        envelope = cloudevents.build(
            event_type=webhook.event_type,
            source=f"/connectors/{self.connector_id.code}",
            subject=webhook.key,
            data=webhook.data,
            event_id=self.event_id,
            time=event_time,
            extensions={
                "correlationid": self.correlation_id,
                "traceparent": self.traceparent or None,
            },
        )
        self.write(
            {
                "event_type": webhook.event_type,
                "payload": envelope,
                "source": envelope["source"],
                "subject": envelope.get("subject"),
                **self._prepare_event_time(event_time),
            }
        )
        return True

    def _read_native(self):
        """What the partner wrote, in our terms; extended for other ways to come in."""
        template = self.connector_id._get_template(self)
        return template.webhook(self.headers or {}, self._native_body())

    def _native_body(self):
        """The bytes that the partner wrote."""
        return base64.b64decode(self.with_context(bin_size=False).body)
