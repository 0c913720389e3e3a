import logging
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timezone

import psycopg2

from odoo import SUPERUSER_ID, models

from ..exceptions import LeaseLostError
from ..protocols import lane as rules
from ..unit_of_work import CONCURRENCY_ERRORS, read_committed, run_in_transaction

_logger = logging.getLogger(__name__)

#: Directions in the order in which a drain serves them: what came in may cause what
#: goes out.
DIRECTIONS = ("in", "out")


@dataclass(frozen=True)
class Lease:
    """A worker's right to a lane until ``seconds`` after its last renewal."""

    connector_id: int
    lane_id: int
    direction: str
    token: str
    seconds: float


@dataclass(frozen=True)
class Task:
    """The row at the head of a leased lane, marked as in flight.

    :ivar begun: moment of ``time.monotonic`` at which the lease was renewed for it
    """

    row_id: int
    attempt_id: int
    number: int
    begun: float


class MfgLaneWorker(models.AbstractModel):
    """Takes one lane after the other and works on its rows in strict order.

    Each row passes three transactions of its own: it is marked as in flight, it is
    worked on (no transaction is open during a call over the network), its result is
    recorded while the lease is still held. What to do next is decided by the pure
    rules in ``protocols/lane.py``.
    """

    _name = "mfg.lane.worker"
    _description = "Lane Worker"

    def _work_one_lane(self, connector_id, deadline):
        """Work on one due lane of each direction until it is done or time is up.

        :param deadline: moment of ``time.monotonic`` at which no new row is begun
        :return: rows worked on, or None when no lane was due
        """
        done = None
        for direction in self._directions():
            lease = self._take_lease(connector_id, direction)
            if lease:
                done = (done or 0) + self._work_lane(lease, deadline)
        return done

    def _directions(self):
        """Directions to serve; a database that isn't armed sends nothing."""
        armed = self.env["mfg.connector"]._is_armed()
        return DIRECTIONS if armed else ("in",)

    def _take_lease(self, connector_id, direction):
        """A lease on a due lane, or None."""
        lanes = self.env["mfg.lane"]
        token = uuid.uuid4().hex
        seconds = self._queue(direction)._lease_seconds(
            self.env["mfg.connector"].browse(connector_id)
        )
        with read_committed(self.env.registry) as cr:
            lanes._adopt(cr, connector_id, direction)
            lane_id = lanes._claim(cr, connector_id, direction, token, seconds)
        return lane_id and Lease(connector_id, lane_id, direction, token, seconds)

    def _work_lane(self, lease, deadline):
        """Work on the rows of a leased lane and give it back; how many were done."""
        done = 0
        while True:
            late = time.monotonic() >= deadline
            step, task = self._begin(lease, late)
            if task is None:
                return done
            self._work(lease, task, recover=isinstance(step, rules.Recover))
            done += 1

    def _begin(self, lease, late):
        """Mark the lane's first row as in flight, or give the lane back.

        :return: the decision, and the task or None when nothing was begun
        """
        lanes = self.env["mfg.lane"]
        with read_committed(self.env.registry) as cr:
            if not lanes._renew(cr, lease.lane_id, lease.token, lease.seconds):
                return rules.Idle(), None
            row_id, head = lanes._head(cr, lease.lane_id, lease.direction)
            cr.execute("SELECT extract(epoch FROM now())::float")
            (now,) = cr.fetchone()
            lane = rules.LaneView(lease.token, now + lease.seconds)
            step = rules.next_step(lane, head, now, lease.token)
            if late and not isinstance(step, rules.Park | rules.Idle):
                step = rules.Wait(now)
            if isinstance(step, rules.Deliver | rules.Recover):
                return step, self._mark(cr, lease, row_id, step)
            if isinstance(step, rules.Expire):
                self.env["mfg.outbox.message"]._expire(cr, row_id)
                step = rules.Wait(now)
            lanes._release(cr, lease.lane_id, lease.token, **_release_values(step))
        return step, None

    def _mark(self, cr, lease, row_id, step):
        """Write that the head is in flight, and the attempt that begins."""
        queue = self._queue(lease.direction)
        if isinstance(step, rules.Recover):
            cr.execute(
                f"""
                UPDATE mfg_delivery_attempt
                   SET outcome = 'abandoned',
                       error_detail = 'The worker was lost; the outcome is unknown.'
                 WHERE {queue._attempt_column} = %s AND outcome = 'running'
                """,
                (row_id,),
            )
        cr.execute(
            f"""
            UPDATE {queue._table}
               SET state = %s, attempt_count = COALESCE(attempt_count, 0) + 1,
                   next_attempt_at = NULL
             WHERE id = %s
            RETURNING attempt_count
            """,
            (queue._in_flight_state, row_id),
        )
        (number,) = cr.fetchone()
        cr.execute(
            f"""
            INSERT INTO mfg_delivery_attempt
                   ({queue._attempt_column}, number, started_at, outcome, create_date)
            VALUES (%s, %s, now() AT TIME ZONE 'UTC', 'running',
                    now() AT TIME ZONE 'UTC')
            RETURNING id
            """,
            (row_id, number),
        )
        return Task(row_id, cr.fetchone()[0], number, time.monotonic())

    def _work(self, lease, task, recover):
        """Have the row handled or delivered, and its result recorded."""
        queue = self._queue(lease.direction)
        try:
            queue._work(self, lease, task, uncertain=recover or task.number > 1)
        except LeaseLostError as error:
            _logger.info("%s", error)
        except psycopg2.OperationalError as error:
            if error.pgcode not in CONCURRENCY_ERRORS:
                raise
            # Lost against other transactions again and again: not the row's fault.
            self._record(lease, task, lambda row: row._concurrency_lost(task))
        except Exception as error:  # noqa: BLE001  every failure is recorded
            failure = error
            self._record(lease, task, lambda row: row._failed(task, failure))

    # ----------------------------------------------------------------- results

    def _record(self, lease, task, write):
        """Run ``write(row)`` in a transaction, provided that the lane is still ours."""

        def record(env):
            row = env[self._queue(lease.direction)._name].browse(task.row_id)
            write(row)
            self._assert_lease(env.cr, lease)

        try:
            run_in_transaction(self.env.registry, record, uid=SUPERUSER_ID)
        except LeaseLostError as error:
            _logger.info("%s", error)

    def _assert_lease(self, cr, lease):
        """Refuse to write a result for a lane that somebody else took over.

        :raise LeaseLostError: the caller's transaction must be rolled back
        """
        cr.execute(
            "SELECT 1 FROM mfg_lane WHERE id = %s AND lease_token = %s FOR SHARE",
            (lease.lane_id, lease.token),
        )
        if not cr.rowcount:
            raise LeaseLostError(
                f"The lease on lane {lease.lane_id} ran out and another worker took"
                " over; this result is dropped."
            )

    def _queue(self, direction):
        """The model whose rows queue in lanes of this direction."""
        return self.env[
            "mfg.inbox.event" if direction == "in" else "mfg.outbox.message"
        ]


def _release_values(step):
    """How a lane is given back after a decision that begins nothing."""
    if isinstance(step, rules.Park):
        return {"parked_reason": step.reason}
    if isinstance(step, rules.Wait):
        moment = datetime.fromtimestamp(step.until, timezone.utc)
        return {"next_at": moment.replace(tzinfo=None)}
    return {}
