import logging
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone

from odoo import models

from ..exceptions import LeaseLostError
from ..protocols import lane as rules
from ..unit_of_work import read_committed_in_turns, see_what_others_forgot

_logger = logging.getLogger(__name__)

#: Directions in the order in which a drain serves them: what came in may cause what
#: goes out.
DIRECTIONS = ("in", "out")


@dataclass(frozen=True)
class Lease:
    """A worker's right to the lanes that carry its token.

    :ivar seconds: how long it lasts after its last renewal
    :ivar transaction: ``with lease.transaction() as cr`` is a short READ COMMITTED one
        on the worker's own connection
    """

    connector_id: int
    direction: str
    token: str
    seconds: float
    transaction: Callable = field(repr=False, compare=False)


@dataclass(frozen=True)
class Task:
    """The row at the head of a leased lane, marked as in flight.

    :ivar turn: place in the retry plan, the first is 1; the plan begins anew when a
        person asks for another try
    :ivar uncertain: an earlier try may have had its effect
    :ivar leased: moment of ``time.monotonic`` from which the lease counts
    :ivar begun: moment of ``time.monotonic`` at which the attempt began
    """

    lane_id: int
    row_id: int
    attempt_id: int
    turn: int
    uncertain: bool
    leased: float
    begun: float


class MfgLaneWorker(models.AbstractModel):
    """Leases due lanes and has their first rows worked on, again and again.

    Each row passes three transactions: it is marked as in flight, it is worked on (no
    transaction is open during a call over the network), its result is recorded while
    the lease is still held. Marks and results of many lanes share a transaction; two
    rows of one lane are never in flight together. What to do next with a lane is
    decided by the pure rules in ``protocols/lane.py``; how a row is worked on, by the
    model whose rows these are.
    """

    _name = "mfg.lane.worker"
    _description = "Lane Worker"

    def _work_lanes(self, connector_id, stint):
        """Work on due lanes of each direction until nothing is due or time is up.

        :param stint: says when that is, and counts the rows worked on
        :return: whether a lane was due
        """
        was_due = False
        for direction in self._directions():
            with read_committed_in_turns(self.env.registry) as transaction:
                lease = self._new_lease(connector_id, direction, transaction)
                was_due |= self._queue(direction)._work_leased(self, lease, stint)
        return was_due

    def _directions(self):
        """Directions to serve; a database that isn't armed sends nothing."""
        armed = self.env["mfg.connector"]._is_armed()
        return DIRECTIONS if armed else ("in",)

    def _queue(self, direction):
        """The model whose rows queue in lanes of this direction."""
        return self.env[
            "mfg.inbox.event" if direction == "in" else "mfg.outbox.message"
        ]

    def _new_lease(self, connector_id, direction, transaction):
        """A lease that no lane carries yet."""
        connector = self.env["mfg.connector"].browse(connector_id)
        seconds = self._queue(direction)._lease_seconds(connector)
        return Lease(connector_id, direction, uuid.uuid4().hex, seconds, transaction)

    # ------------------------------------------------------------------- lanes

    def _claim(self, lease, limit):
        """Lease up to ``limit`` more due lanes; their ids."""
        if limit <= 0:
            return []
        lanes = self.env["mfg.lane"]
        with lease.transaction() as cr:
            lanes._adopt(cr, lease.connector_id, lease.direction)
            return lanes._claim(
                cr,
                lease.connector_id,
                lease.direction,
                lease.token,
                lease.seconds,
                limit,
            )

    def _keep(self, lease):
        """Prolong the lease on all its lanes."""
        with lease.transaction() as cr:
            self.env["mfg.lane"]._renew(cr, lease.token, lease.seconds)

    def _begin(self, lease, lane_ids: Iterable[int], late=False):
        """Mark the first row of each lane as in flight, or give the lane back.

        :param late: begin nothing any more, give all lanes back
        :return: the tasks begun; lanes without one are the worker's no longer
        """
        if not lane_ids:
            return []
        lanes = self.env["mfg.lane"]
        # Read before the lease is renewed: it never ends earlier than thought.
        leased = time.monotonic()
        with lease.transaction() as cr:
            see_what_others_forgot(cr)
            renewed, now = lanes._renew(cr, lease.token, lease.seconds)
            owned = renewed & set(lane_ids)
            if not owned:
                return []
            heads = lanes._heads(cr, owned, lease.direction)
            admit = self.env["mfg.breaker"]._gate(cr, lease)
            begun, releases = {}, []
            for lane_id in owned:
                row_id, head = heads.get(lane_id, (None, None))
                step = admit(self._decide(cr, lease, row_id, head, now, late))
                if isinstance(step, rules.Deliver | rules.Recover):
                    begun[row_id] = (lane_id, isinstance(step, rules.Recover))
                else:
                    releases.append((lane_id, *_release_values(step)))
            if releases:
                lanes._release(cr, lease.token, releases)
            return self._mark(cr, lease, begun, leased) if begun else []

    def _decide(self, cr, lease, row_id, head, now, late):
        """What to do with one lane, as the rules say."""
        lane = rules.LaneView(lease.token, now + lease.seconds)
        step = rules.next_step(lane, head, now, lease.token)
        if isinstance(step, rules.Expire):
            self.env["mfg.outbox.message"]._expire(cr, row_id)
            return rules.Wait(now)
        if late and not isinstance(step, rules.Park | rules.Idle):
            return rules.Wait(now)
        return step

    def _mark(self, cr, lease, begun, leased):
        """Write which rows are in flight, and the attempts that begin.

        :param begun: ``{row id: (lane id, the row's last worker was lost)}``
        :param leased: moment of ``time.monotonic`` from which the lease counts
        """
        queue = self._queue(lease.direction)
        lost = [row_id for row_id, (_lane, recover) in begun.items() if recover]
        if lost:
            cr.execute(
                f"""
                UPDATE mfg_delivery_attempt
                   SET outcome = 'abandoned',
                       error_detail = 'The worker was lost; the outcome is unknown.'
                 WHERE {queue._attempt_column} = ANY(%s) AND outcome = 'running'
                RETURNING id
                """,
                (lost,),
            )
            abandoned = [attempt_id for (attempt_id,) in cr.fetchall()]
            self.env["mfg.metric"]._sample(cr, abandoned)
        cr.execute(
            f"""
            WITH marked AS (
                UPDATE {queue._table}
                   SET state = %s, attempt_count = COALESCE(attempt_count, 0) + 1,
                       next_attempt_at = NULL
                 WHERE id = ANY(%s)
                RETURNING id, attempt_count,
                          attempt_count - COALESCE(attempts_before, 0) AS turn),
            begun AS (
                INSERT INTO mfg_delivery_attempt
                       ({queue._attempt_column}, number, started_at, outcome,
                        create_date)
                SELECT id, attempt_count, now() AT TIME ZONE 'UTC', 'running',
                       now() AT TIME ZONE 'UTC'
                  FROM marked
                RETURNING id, {queue._attempt_column} AS row_id)
            SELECT marked.id, begun.id, marked.turn, marked.attempt_count > 1
              FROM marked
              JOIN begun ON begun.row_id = marked.id
            """,
            (queue._in_flight_state, list(begun)),
        )
        now = time.monotonic()
        return [
            Task(begun[row_id][0], row_id, attempt_id, turn, uncertain, leased, now)
            for row_id, attempt_id, turn, uncertain in cr.fetchall()
        ]

    # ----------------------------------------------------------------- results

    def _owned(self, cr, lease, lane_ids):
        """Those of the lanes that are still the worker's, until ``cr`` commits."""
        cr.execute(
            "SELECT id FROM mfg_lane WHERE id = ANY(%s) AND lease_token = %s FOR SHARE",
            (list(lane_ids), lease.token),
        )
        return {lane_id for (lane_id,) in cr.fetchall()}

    def _assert_owned(self, cr, lease, lane_id):
        """Refuse to write a result for a lane that somebody else took over.

        :raise LeaseLostError: the caller's transaction must be rolled back
        """
        if not self._owned(cr, lease, [lane_id]):
            raise LeaseLostError(
                f"The lease on lane {lane_id} ran out and another worker took over;"
                " this result is dropped."
            )


def _release_values(step):
    """``(next_at, parked_reason)`` after a decision that begins nothing."""
    if isinstance(step, rules.Park):
        return None, step.reason
    if isinstance(step, rules.Wait):
        moment = datetime.fromtimestamp(step.until, timezone.utc)
        return moment.replace(tzinfo=None), None
    return None, None
