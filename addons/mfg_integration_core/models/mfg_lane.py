from psycopg2.extras import execute_values

from odoo import fields, models

from ..protocols import lane as rules

#: The rows that queue in lanes, by direction.
QUEUES = {"in": "mfg_inbox_event", "out": "mfg_outbox_message"}
#: States in which a worker has something to do with a row, by direction.
OPEN_STATES = {
    "in": ("received", "processing", "retry", "waiting"),
    "out": ("pending", "delivering", "retry"),
}
#: States that a lane goes on behind, by direction.
FINAL_STATES = {
    "in": tuple(sorted(rules.FINAL_IN)),
    "out": tuple(sorted(rules.FINAL_OUT)),
}

_NOW = "(now() AT TIME ZONE 'UTC')"
_FREE = f"(lane.lease_until IS NULL OR lane.lease_until < {_NOW})"
_DUE = f"(lane.next_at IS NULL OR lane.next_at <= {_NOW})"
_HAS_OPEN_ROWS = """(
    lane.direction = 'in' AND EXISTS (
        SELECT 1 FROM mfg_inbox_event row
         WHERE row.lane_id = lane.id AND row.state IN %(open_in)s)
    OR lane.direction = 'out' AND lane.connector_id NOT IN (
        -- Its partner fetches what it is owed: no work for anybody here.
        SELECT id FROM mfg_connector WHERE adapter = 'pull')
    AND EXISTS (
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
        if direction == "out" and cr.rowcount:
            self.env["mfg.outbox.message"]._reopen_superseded(cr, connector_id)

    def _claim(self, cr, connector_id, direction, token, lease_s, limit):
        """Lease up to ``limit`` lanes that have something to do, longest due first.

        :param lease_s: seconds after which the lease falls back by itself
        :return: ids of the lanes
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
                 LIMIT %(limit)s
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
                "limit": limit,
            },
        )
        return [lane_id for (lane_id,) in cr.fetchall()]

    def _renew(self, cr, token, lease_s):
        """Prolong a lease.

        :return: ``(ids of the lanes that are still the worker's, epoch second of now)``
        """
        cr.execute(
            f"""
            UPDATE mfg_lane
               SET lease_until = {_NOW} + make_interval(secs => %s)
             WHERE lease_token = %s
            RETURNING id, {_epoch(_NOW)}
            """,
            (lease_s, token),
        )
        rows = cr.fetchall()
        return {lane_id for lane_id, _now in rows}, rows[0][1] if rows else None

    def _number(self, cr, lane_ids, direction):
        """Give the rows that came since their places in the lanes."""
        queue = QUEUES[direction]
        cr.execute(
            f"""
            WITH fresh AS (
                SELECT row.id, lane.id AS lane_id,
                       lane.last_sequence + row_number() OVER (
                           PARTITION BY lane.id ORDER BY row.id) AS place
                  FROM {queue} row
                  JOIN mfg_lane lane ON lane.id = row.lane_id
                 WHERE row.lane_id = ANY(%(lanes)s) AND row.lane_sequence IS NULL
                   AND row.state NOT IN %(final)s),
            placed AS (
                UPDATE {queue} row
                   SET lane_sequence = fresh.place
                  FROM fresh
                 WHERE row.id = fresh.id)
            UPDATE mfg_lane lane
               SET last_sequence = newest.place
              FROM (SELECT lane_id, max(place) AS place
                      FROM fresh GROUP BY lane_id) AS newest
             WHERE lane.id = newest.lane_id
            """,
            {"lanes": list(lane_ids), "final": FINAL_STATES[direction]},
        )
        if direction == "out" and cr.rowcount:
            self.env["mfg.outbox.message"]._supersede(cr, lane_ids)

    def _heads(self, cr, lane_ids, direction):
        """The first row of each lane that isn't final, once all have their places.

        :return: ``{lane id: (row id, the rules' view of it)}``, without lanes whose
            rows are all final
        """
        heads, unplaced = self._look_ahead(cr, lane_ids, direction)
        if unplaced:
            self._number(cr, unplaced, direction)
            # A newer one may have taken the place of the first.
            for lane_id in unplaced:
                heads.pop(lane_id)
            heads |= self._look_ahead(cr, unplaced, direction)[0]
        return heads

    def _look_ahead(self, cr, lane_ids, direction):
        """What the lanes hold now: ``(heads, lanes with rows that have no place)``."""
        queue = QUEUES[direction]
        expires = "expires_at" if direction == "out" else "NULL::timestamp"
        cr.execute(
            f"""
            SELECT wanted.id,
                   EXISTS (SELECT FROM {queue} row
                            WHERE row.lane_id = wanted.id AND row.lane_sequence IS NULL
                              AND row.state NOT IN %(final)s),
                   head.*
              FROM unnest(%(lanes)s) AS wanted (id)
              JOIN LATERAL (
                    SELECT row.id, row.state, {_epoch("row.next_attempt_at")},
                           COALESCE(row.attempt_count, 0), {_epoch(expires)}, row.reason
                      FROM {queue} row
                     WHERE row.lane_id = wanted.id AND row.state NOT IN %(final)s
                     ORDER BY row.lane_sequence
                     LIMIT 1) AS head ON TRUE
            """,
            {"lanes": list(lane_ids), "final": FINAL_STATES[direction]},
        )
        found = cr.fetchall()
        heads = {
            lane_id: (row_id, rules.HeadView(*head))
            for lane_id, _unplaced, row_id, *head in found
        }
        return heads, [lane_id for lane_id, unplaced, *_head in found if unplaced]

    def _release(self, cr, token, releases):
        """Give lanes back.

        :param releases: ``(lane id, next_at, parked_reason)``: the lane is due again at
            the naive UTC moment ``next_at`` (None = now, behind the lanes that wait),
            unless it is parked for a reason
        """
        execute_values(
            # Odoo's cursor delegates to psycopg2's, which execute_values needs.
            cr._obj,
            f"""
            UPDATE mfg_lane lane
               SET lease_token = NULL, lease_until = NULL,
                   next_at = COALESCE(release.next_at, {_NOW}),
                   parked = release.reason IS NOT NULL,
                   parked_reason = release.reason
              FROM (VALUES %s) AS release (lane_id, token, next_at, reason)
             WHERE lane.id = release.lane_id AND lane.lease_token = release.token
            """,
            [(lane_id, token, next_at, why) for lane_id, next_at, why in releases],
            template="(%s, %s, %s::timestamp, %s)",
            page_size=len(releases),
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
