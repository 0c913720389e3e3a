from odoo import fields, models

from ..protocols import lane as rules

#: The rows that queue in lanes, by direction.
QUEUES = {"in": "mfg_inbox_event", "out": "mfg_outbox_message"}
#: States in which a worker has something to do with a row, by direction.
OPEN_STATES = {
    "in": ("received", "processing", "retry", "waiting"),
    "out": ("pending", "delivering", "retry"),
}
FINAL_STATES = {"in": tuple(rules.FINAL_IN), "out": tuple(rules.FINAL_OUT)}

_NOW = "(now() AT TIME ZONE 'UTC')"
_FREE = f"(lane.lease_until IS NULL OR lane.lease_until < {_NOW})"
_DUE = f"(lane.next_at IS NULL OR lane.next_at <= {_NOW})"
_HAS_OPEN_ROWS = """(
    lane.direction = 'in' AND EXISTS (
        SELECT 1 FROM mfg_inbox_event row
         WHERE row.lane_id = lane.id AND row.state IN %(open_in)s)
    OR lane.direction = 'out' AND EXISTS (
        SELECT 1 FROM mfg_outbox_message row
         WHERE row.lane_id = lane.id AND row.state IN %(open_out)s))"""


def _epoch(column: str) -> str:
    """SQL for a naive UTC moment as epoch seconds."""
    return f"extract(epoch FROM {column} AT TIME ZONE 'UTC')::float"


class MfgLane(models.Model):
    """A strict order of messages or events of one connector.

    A worker owns a lane by a lease, not by a lock: one READ COMMITTED statement
    writes ``lease_token`` and ``lease_until`` and is committed before any call over
    the network. Results are written only while the token is still the worker's.

    The methods here are single SQL statements on the cursor of the caller, who opens
    it with :func:`..unit_of_work.read_committed`.
    """

    _name = "mfg.lane"
    _description = "Lane"
    _order = "id desc"
    _rec_name = "key"

    connector_id = fields.Many2one(
        "mfg.connector", required=True, ondelete="cascade", index=True
    )
    direction = fields.Selection(
        [("in", "Inbound"), ("out", "Outbound")], required=True
    )
    key = fields.Char("Ordering Key", required=True)
    last_sequence = fields.Integer(help="Position given to the newest row.")
    lease_token = fields.Char(groups="mfg_integration_core.group_administrator")
    lease_until = fields.Datetime()
    next_at = fields.Datetime(help="The lane is left alone before this moment.")
    parked = fields.Boolean(help="Its first row needs a person; the rest waits.")
    parked_reason = fields.Char()

    _sql_constraints = [
        (
            "key_unique",
            "unique (connector_id, direction, key)",
            "This lane exists already.",
        ),
    ]

    # ---------------------------------------------------------------- queueing

    def _adopt(self, cr, connector_id, direction):
        """Put committed rows that no lane has yet into their lanes.

        Rows commit in another order than their ids; their place in the lane is
        decided here, after the commit, and never by the transaction that wrote them.
        """
        queue = QUEUES[direction]
        cr.execute(
            f"""
            INSERT INTO mfg_lane
                   (connector_id, direction, key, last_sequence, parked, next_at)
            SELECT DISTINCT connector_id, %(direction)s, ordering_key, 0, FALSE, {_NOW}
              FROM {queue}
             WHERE connector_id = %(connector)s AND lane_id IS NULL
            ON CONFLICT DO NOTHING
            """,
            {"connector": connector_id, "direction": direction},
        )
        cr.execute(
            f"""
            WITH fresh AS (
                SELECT row.id, lane.id AS lane_id
                  FROM {queue} row
                  JOIN mfg_lane lane
                    ON lane.connector_id = row.connector_id
                   AND lane.direction = %(direction)s
                   AND lane.key = row.ordering_key
                 WHERE row.connector_id = %(connector)s AND row.lane_id IS NULL
                 ORDER BY row.id
                   FOR UPDATE OF row SKIP LOCKED)
            UPDATE {queue} row
               SET lane_id = fresh.lane_id
              FROM fresh
             WHERE row.id = fresh.id
            """,
            {"connector": connector_id, "direction": direction},
        )

    def _claim(self, cr, connector_id, direction, token, lease_s):
        """Lease one lane that has something to do.

        :param lease_s: seconds after which the lease falls back by itself
        :return: the lane's id, or None when no lane is due
        """
        queue = QUEUES[direction]
        cr.execute(
            f"""
            WITH due AS (
                SELECT lane.id
                  FROM mfg_lane lane
                 WHERE lane.connector_id = %(connector)s
                   AND lane.direction = %(direction)s
                   AND NOT lane.parked
                   AND {_FREE}
                   AND {_DUE}
                   AND EXISTS (SELECT 1 FROM {queue} row
                                WHERE row.lane_id = lane.id
                                  AND row.state IN %(open_states)s)
                 ORDER BY lane.next_at NULLS FIRST, lane.id
                 LIMIT 1
                   FOR UPDATE SKIP LOCKED)
            UPDATE mfg_lane lane
               SET lease_token = %(token)s,
                   lease_until = {_NOW} + make_interval(secs => %(lease_s)s)
              FROM due
             WHERE lane.id = due.id
            RETURNING lane.id
            """,
            {
                "connector": connector_id,
                "direction": direction,
                "open_states": OPEN_STATES[direction],
                "token": token,
                "lease_s": lease_s,
            },
        )
        found = cr.fetchone()
        return found[0] if found else None

    def _renew(self, cr, lane_id, token, lease_s):
        """Prolong a lease and number the lane's fresh rows; False when it is lost."""
        cr.execute(
            f"""
            UPDATE mfg_lane
               SET lease_until = {_NOW} + make_interval(secs => %s)
             WHERE id = %s AND lease_token = %s
            RETURNING direction
            """,
            (lease_s, lane_id, token),
        )
        owned = cr.fetchone()
        if owned:
            self._number(cr, lane_id, owned[0])
        return bool(owned)

    def _number(self, cr, lane_id, direction):
        """Give the rows that came since their place in the lane."""
        queue = QUEUES[direction]
        cr.execute(
            f"""
            WITH fresh AS (
                SELECT row.id, lane.last_sequence
                           + row_number() OVER (ORDER BY row.id) AS place
                  FROM {queue} row
                  JOIN mfg_lane lane ON lane.id = row.lane_id
                 WHERE lane.id = %(lane)s AND row.lane_sequence IS NULL),
            placed AS (
                UPDATE {queue} row
                   SET lane_sequence = fresh.place
                  FROM fresh
                 WHERE row.id = fresh.id
                RETURNING row.lane_sequence)
            UPDATE mfg_lane
               SET last_sequence = (SELECT max(lane_sequence) FROM placed)
             WHERE id = %(lane)s AND EXISTS (SELECT 1 FROM placed)
            """,
            {"lane": lane_id},
        )

    def _head(self, cr, lane_id, direction):
        """The first row of a lane that isn't final: its id and the rules' view of it.

        :return: ``(None, None)`` when every row is final
        """
        expires = "expires_at" if direction == "out" else "NULL::timestamp"
        cr.execute(
            f"""
            SELECT id, state, {_epoch("next_attempt_at")}, COALESCE(attempt_count, 0),
                   {_epoch(expires)}, reason
              FROM {QUEUES[direction]}
             WHERE lane_id = %s AND state NOT IN %s
             ORDER BY lane_sequence
             LIMIT 1
            """,
            (lane_id, FINAL_STATES[direction]),
        )
        found = cr.fetchone()
        return (found[0], rules.HeadView(*found[1:])) if found else (None, None)

    def _release(self, cr, lane_id, token, *, next_at=None, parked_reason=None):
        """Give a lease back; the lane is due again at ``next_at`` unless parked.

        :param next_at: naive UTC moment; None = now, behind the lanes that waited
        """
        cr.execute(
            f"""
            UPDATE mfg_lane
               SET lease_token = NULL, lease_until = NULL,
                   next_at = COALESCE(%s, {_NOW}),
                   parked = %s, parked_reason = %s
             WHERE id = %s AND lease_token = %s
            """,
            (next_at, bool(parked_reason), parked_reason, lane_id, token),
        )

    # ----------------------------------------------------------------- outlook

    def _outlook(self, cr, connector_id):
        """What is due now at a connector.

        :return: ``(lanes, expired, since)``: lanes with a free turn, those among them
            whose worker was lost, and the epoch second since which the oldest is due
        """
        cr.execute(
            f"""
            SELECT count(*),
                   count(*) FILTER (WHERE lane.lease_until IS NOT NULL),
                   min({_epoch("lane.next_at")})
              FROM mfg_lane lane
             WHERE lane.connector_id = %(connector)s
               AND NOT lane.parked AND {_FREE} AND {_DUE} AND {_HAS_OPEN_ROWS}
            """,
            {
                "connector": connector_id,
                "open_in": OPEN_STATES["in"],
                "open_out": OPEN_STATES["out"],
            },
        )
        return cr.fetchone()

    def _next_due_at(self, cr, connector_id):
        """When the next free lane becomes due: naive UTC in the future, or None."""
        cr.execute(
            f"""
            SELECT min(lane.next_at)
              FROM mfg_lane lane
             WHERE lane.connector_id = %(connector)s
               AND NOT lane.parked AND {_FREE} AND NOT {_DUE} AND {_HAS_OPEN_ROWS}
            """,
            {
                "connector": connector_id,
                "open_in": OPEN_STATES["in"],
                "open_out": OPEN_STATES["out"],
            },
        )
        return cr.fetchone()[0]

    def _lease_ends_at(self, cr, connector_id):
        """When the first lease that is held now runs out: naive UTC, or None."""
        cr.execute(
            f"""
            SELECT min(lease_until)
              FROM mfg_lane
             WHERE connector_id = %s AND lease_until >= {_NOW}
            """,
            (connector_id,),
        )
        return cr.fetchone()[0]

    def _unpark(self):
        """Let the lanes go on; their first row was released by a person."""
        self.sudo().write({"parked": False, "parked_reason": False, "next_at": False})
