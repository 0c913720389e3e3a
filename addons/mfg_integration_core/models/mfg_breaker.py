import functools
import time
from datetime import datetime, timezone

from odoo import fields, models
from odoo.tools import sql

from ..exceptions import RetryableDeliveryError
from ..protocols import breaker as rules
from ..protocols.lane import Deliver, Recover, Wait
from ..unit_of_work import read_committed

STATES = [
    (rules.CLOSED, "Closed"),
    (rules.OPEN, "Open"),
    (rules.HALF_OPEN, "Probing"),
]
#: Errors that nobody is to retry by hand and that still are the endpoint's.
UNREACHABLE = frozenset({"tls_refused", "bad_address"})


class MfgBreaker(models.Model):
    """What the recent deliveries say about the endpoint of a connector.

    The table is UNLOGGED: after a crash of the database every breaker is closed and
    learns anew. A change is one READ COMMITTED statement that applies only to the
    row as it was read, and is decided anew when another worker was quicker.
    """

    _name = "mfg.breaker"
    _description = "Circuit Breaker"
    _auto = False
    _log_access = False
    _rec_name = "connector_id"

    connector_id = fields.Many2one("mfg.connector", readonly=True)
    state = fields.Selection(STATES, readonly=True)
    since = fields.Datetime(readonly=True)
    until = fields.Datetime(readonly=True)
    down_since = fields.Datetime(
        readonly=True, help="When it opened first; pauses and probes do not count."
    )
    recent = fields.Char(readonly=True, help="Recent outcomes; x = failed.")
    openings = fields.Integer(readonly=True, help="How often it opened in a row.")
    reason = fields.Text(readonly=True, help="The failure that opened it.")

    def init(self):
        if not sql.table_exists(self.env.cr, self._table):
            self.env.cr.execute(
                f"""
                CREATE UNLOGGED TABLE {self._table} (
                    id serial PRIMARY KEY,
                    connector_id integer NOT NULL UNIQUE
                        REFERENCES mfg_connector ON DELETE CASCADE,
                    state varchar NOT NULL,
                    since timestamp NOT NULL,
                    until timestamp NOT NULL,
                    recent varchar NOT NULL,
                    openings integer NOT NULL,
                    reason text,
                    version integer NOT NULL DEFAULT 0)
                """
            )
        # The table of an older version has no such column; what is open then is down
        # since it opens again.
        self.env.cr.execute(
            f"ALTER TABLE {self._table} ADD COLUMN IF NOT EXISTS down_since timestamp"
        )

    # -------------------------------------------------------------- the worker

    def _gate(self, cr, lease):
        """``admit(step)`` for what one transaction begins under a lease.

        It gives the step, or a wait instead of it while the endpoint is not to be
        tried. A closed breaker is asked once for all of them.

        :param cr: READ COMMITTED cursor of the transaction that begins the attempts
        """
        if lease.direction == "out":
            view, _version, now = self._view(cr, lease.connector_id)
            if not isinstance(rules.decide(view, now), rules.Allow):
                return functools.partial(self._admit, cr, lease)
        return lambda step: step

    def _admit(self, cr, lease, step):
        """The step, or a wait instead of it, of a breaker that isn't closed."""
        if not isinstance(step, Deliver | Recover):
            return step
        while True:
            view, version, now = self._view(cr, lease.connector_id)
            verdict = rules.decide(view, now)
            if isinstance(verdict, rules.Allow):
                return step
            if isinstance(verdict, rules.Refuse):
                return Wait(verdict.until)
            probing = rules.begin_probe(view, now, lease.seconds)
            if self._write_view(cr, lease.connector_id, version, probing):
                return step

    def _learn(self, cr, connector, deliveries):
        """Remember what ended deliveries say of the endpoint.

        :param cr: READ COMMITTED cursor of the transaction that records them
        """
        if not connector.breaker_enabled:
            return
        policy = connector._breaker_policy()
        while True:
            view, version, now = self._view(cr, connector.id)
            fresh = view
            for delivery in deliveries:
                fresh = _after(fresh, delivery, now, policy)
            # A healthy endpoint is the usual case and costs no write.
            if fresh == view or self._write_view(
                cr, connector.id, version, fresh, _last_reason(deliveries)
            ):
                break
        if view.state != rules.CLOSED and fresh.state == rules.CLOSED:
            self._let_lanes_go(cr, connector.id)

    # -------------------------------------------------------------- statements

    def _view(self, cr, connector_id):
        """The breaker's view, the version of its row (0 = none yet), and now.

        The breaker of a connector that has it switched off is always closed.
        """
        cr.execute(
            f"""
            SELECT breaker.state,
                   extract(epoch FROM breaker.since AT TIME ZONE 'UTC')::float,
                   extract(epoch FROM breaker.until AT TIME ZONE 'UTC')::float,
                   breaker.recent, breaker.openings, breaker.version,
                   extract(epoch FROM clock_timestamp())::float
              FROM (SELECT) AS always
              LEFT JOIN {self._table} breaker ON breaker.connector_id = (
                   SELECT id FROM mfg_connector WHERE id = %s AND breaker_enabled)
            """,
            (connector_id,),
        )
        *columns, version, now = cr.fetchone()
        if version is None:
            return rules.BreakerView(), 0, now
        return rules.BreakerView(*columns), version, now

    def _write_view(self, cr, connector_id, version, view, reason=None):
        """Write the row, provided that it still is as it was read.

        :return: whether it was
        """
        values = {
            **view._asdict(),
            "since": _naive_utc(view.since),
            "until": _naive_utc(view.until),
            "down_since": (
                None if view.state == rules.CLOSED else _naive_utc(view.since)
            ),
            "connector": connector_id,
            "version": version,
            # A probe that begins keeps the reason why it is needed.
            "reason": reason,
        }
        cr.execute(
            f"""
            INSERT INTO {self._table} AS breaker
                   (connector_id, state, since, until, recent, openings, reason,
                    down_since, version)
            VALUES (%(connector)s, %(state)s, %(since)s, %(until)s, %(recent)s,
                    %(openings)s, %(reason)s, %(down_since)s, 1)
            ON CONFLICT (connector_id) DO UPDATE
               SET state = excluded.state, since = excluded.since,
                   until = excluded.until, recent = excluded.recent,
                   openings = excluded.openings,
                   reason = COALESCE(excluded.reason, breaker.reason),
                   down_since = CASE WHEN excluded.down_since IS NOT NULL
                        THEN COALESCE(breaker.down_since, excluded.down_since) END,
                   version = breaker.version + 1
             WHERE breaker.version = %(version)s
            RETURNING id
            """,
            values,
        )
        return bool(cr.rowcount)

    def _let_lanes_go(self, cr, connector_id):
        """Make the lanes due that waited for the breaker.

        One that waits for its head's next try is looked at once and waits on.
        """
        cr.execute(
            """
            UPDATE mfg_lane lane
               SET next_at = now() AT TIME ZONE 'UTC'
              FROM (SELECT id FROM mfg_lane
                     WHERE connector_id = %s AND direction = 'out' AND NOT parked
                       AND lease_until IS NULL
                       AND next_at > now() AT TIME ZONE 'UTC'
                       FOR UPDATE SKIP LOCKED) AS waiting
             WHERE lane.id = waiting.id
            """,
            (connector_id,),
        )

    def _reset(self, connector):
        """Forget the past of the endpoint: send at once, as a person asks for it."""
        with read_committed(self.env.registry) as cr:
            cr.execute(
                f"DELETE FROM {self._table} WHERE connector_id = %s", (connector.id,)
            )
            self._let_lanes_go(cr, connector.id)


def _after(view, delivery, now, policy):
    """The breaker once it has learnt how one delivery ended."""
    works = _endpoint_works(delivery)
    # Rather later than it was than earlier, since a probe has to count.
    began_at = now - (time.monotonic() - delivery.task.begun)
    if works is None:
        return view
    if works:
        return rules.after_success(view, began_at, policy)
    pause = getattr(delivery.error, "retry_after", None)
    return rules.after_failure(view, began_at, now, policy, pause)


def _endpoint_works(delivery):
    """What a delivery says of the endpoint: True, False, or None for nothing.

    An endpoint that refuses a message for good works: the message is wrong.
    """
    error = delivery.error
    if isinstance(error, RetryableDeliveryError):
        return False
    if error is None or delivery.answers:
        return True
    return False if getattr(error, "code", None) in UNREACHABLE else None


def _last_reason(deliveries):
    """The newest error that speaks against the endpoint, if there is one."""
    failed = [one.error for one in deliveries if _endpoint_works(one) is False]
    return str(failed[-1]) if failed else None


def _naive_utc(moment):
    return datetime.fromtimestamp(moment, timezone.utc).replace(tzinfo=None)
