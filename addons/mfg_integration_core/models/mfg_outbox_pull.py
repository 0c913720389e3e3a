import base64
import json
from collections.abc import Sequence

from psycopg2.extras import execute_values

from odoo import api, fields, models
from odoo.tools import sql

from ..exceptions import IdConflictError, UnknownMessageError
from ..protocols.outbox_page import Acknowledgement
from .mfg_lane import FINAL_STATES, OPEN_STATES

#: First half of the advisory lock's key, so that no other lock of ours is meant.
PULL_LOCK = 0x6D66702D
_FINAL = ", ".join(f"'{state}'" for state in FINAL_STATES["out"])
#: A message whose turn it is: nothing before it in its lane waits for a person, and no
#: worker is at the lane, as when the connector called its partner until a moment ago.
_ITS_TURN = """
    row.state IN %(open)s AND row.snapshot IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM mfg_outbox_message ahead
         WHERE ahead.lane_id = row.lane_id AND ahead.state IN ('held', 'dead')
           AND ahead.lane_sequence < row.lane_sequence)
    AND EXISTS (
        SELECT 1 FROM mfg_lane lane
         WHERE lane.id = row.lane_id
           AND (lane.lease_until IS NULL
                OR lane.lease_until < now() AT TIME ZONE 'UTC'))"""


class MfgOutboxPull(models.Model):
    """Messages to partners that nobody calls: they fetch them and acknowledge them.

    A message is opened for fetching once it is committed and its turn has come, and is
    given its position then; so a reader that goes on behind its cursor misses nothing.
    It can be fetched any number of times and leaves the backlog with the partner's
    acknowledgement only.

    The methods are on a READ COMMITTED cursor of the caller. Their statements name the
    final states, so that they are answered by an index as small as the backlog.
    """

    _inherit = "mfg.outbox.message"

    pull_position = fields.Integer(
        readonly=True, copy=False, help="Place in the order of fetching; 0 = not open."
    )
    handed_out_at = fields.Datetime(
        "Fetched on", readonly=True, copy=False, help="When the partner first saw it."
    )

    def init(self):
        result = super().init()
        self.env.cr.execute("CREATE SEQUENCE IF NOT EXISTS mfg_pull_position_seq")
        sql.create_index(
            self.env.cr,
            "mfg_outbox_message_pull_index",
            self._table,
            ["connector_id", "pull_position"],
            # Without the first half it would look small enough to claims of lanes.
            where=f"pull_position IS NOT NULL AND state NOT IN ({_FINAL})",
        )
        return result

    def _work_leased(self, worker, lease, stint):
        """Extended: a partner that fetches its messages is not called."""
        connector = self.env["mfg.connector"].browse(lease.connector_id)
        if connector.adapter == "pull":
            return False
        return super()._work_leased(worker, lease, stint)

    def _set_state(self, target, *, allowed, **values):
        """Extended: what goes again is fetched again, behind what was fetched since."""
        if target == "retry" and self.connector_id.adapter == "pull":
            values["pull_position"] = 0
        return super()._set_state(target, allowed=allowed, **values)

    # ----------------------------------------------------------------- fetching

    @api.model
    def _prepare_fetching(self, connector_ids):
        """Have the backlog of connectors fetched that called their partner before."""
        self.flush_model()
        self.env.cr.execute(
            f"""
            UPDATE mfg_outbox_message SET pull_position = 0
             WHERE connector_id = ANY(%s) AND pull_position IS NULL
               AND state NOT IN ({_FINAL})
            """,
            (list(connector_ids),),
        )
        self.invalidate_model(["pull_position"])

    @api.model
    def _page(self, cr, connector_id, after, limit):
        """Messages to fetch, each lane in its order.

        :param after: position behind which the page begins
        :return: ``(events, position of the last, whether more follow)``
        """
        # One reader at a time opens messages, so that positions come in order.
        cr.execute("SELECT pg_advisory_xact_lock(%s, %s)", (PULL_LOCK, connector_id))
        self._open_for_fetching(cr, connector_id)
        cr.execute(
            f"""
            SELECT row.id, row.pull_position, row.lane_sequence, row.snapshot
              FROM mfg_outbox_message row
             WHERE row.connector_id = %(connector)s AND row.pull_position > %(after)s
               AND row.state NOT IN ({_FINAL}) AND {_ITS_TURN}
             ORDER BY row.pull_position
             LIMIT %(limit)s
            """,
            {
                "connector": connector_id,
                "after": after,
                "open": OPEN_STATES["out"],
                "limit": limit + 1,
            },
        )
        found = cr.fetchall()
        page = found[:limit]
        cr.execute(
            """
            UPDATE mfg_outbox_message SET handed_out_at = now() AT TIME ZONE 'UTC'
             WHERE id = ANY(%s) AND handed_out_at IS NULL
            """,
            ([row_id for row_id, *_rest in page],),
        )
        events = [
            {**snapshot, "sequence": f"{place:020d}"}
            for _id, _position, place, snapshot in page
        ]
        return events, page[-1][1] if page else after, len(found) > limit

    def _open_for_fetching(self, cr, connector_id):
        """Put what was committed since into lanes and in the order of fetching."""
        lanes = self.env["mfg.lane"]
        cr.execute(
            """
            UPDATE mfg_outbox_message SET pull_position = 0
             WHERE connector_id = %s AND lane_id IS NULL AND pull_position IS NULL
            """,
            (connector_id,),
        )
        lanes._adopt(cr, connector_id, "out")
        cr.execute(
            f"""
            SELECT DISTINCT lane_id FROM mfg_outbox_message
             WHERE connector_id = %s AND pull_position = 0 AND lane_sequence IS NULL
               AND state IN %s AND state NOT IN ({_FINAL})
            """,
            (connector_id, OPEN_STATES["out"]),
        )
        lanes._number(cr, [lane_id for (lane_id,) in cr.fetchall()], "out")
        cr.execute(
            f"""
            SELECT id FROM mfg_outbox_message
             WHERE connector_id = %s AND state IN %s AND state NOT IN ({_FINAL})
               AND pull_position IS NOT NULL AND expires_at <= now() AT TIME ZONE 'UTC'
            """,
            (connector_id, OPEN_STATES["out"]),
        )
        for (message_id,) in cr.fetchall():
            self._expire(cr, message_id)
        cr.execute(
            f"""
            UPDATE mfg_outbox_message opened
               SET pull_position = fresh.position
              FROM (SELECT id, nextval('mfg_pull_position_seq') AS position
                      FROM (SELECT row.id
                              FROM mfg_outbox_message row
                             WHERE row.connector_id = %(connector)s
                               AND row.state NOT IN ({_FINAL})
                               AND row.pull_position = 0 AND {_ITS_TURN}
                             -- By age, but never out of the order of a lane.
                             ORDER BY max(row.id) OVER (
                                          PARTITION BY row.lane_id
                                          ORDER BY row.lane_sequence),
                                      row.lane_sequence) AS waiting) AS fresh
             WHERE opened.id = fresh.id
            """,
            {"connector": connector_id, "open": OPEN_STATES["out"]},
        )

    # ---------------------------------------------------------- acknowledgement

    @api.model
    def _acknowledge(self, cr, connector, items: Sequence[Acknowledgement]):
        """Take messages out of the backlog, each with the partner's number.

        An acknowledgement is a fact: it counts for a message behind another that is
        not acknowledged, and for one that expired, was superseded or was cancelled
        after the partner had fetched it. The first one decides.

        :return: for each item its result
        """
        wanted = {}
        for item in items:
            wanted.setdefault(item.id, item.reference)
        known = self._lock_fetched(cr, connector.id, list(wanted))
        fresh = {
            uuid: wanted[uuid]
            for uuid, (_id, state, _reference) in known.items()
            if state != "acknowledged"
        }
        self._write_acknowledged(
            cr, connector, [(known[uuid][0], name) for uuid, name in fresh.items()]
        )
        references = {
            uuid: reference for uuid, (_id, _state, reference) in known.items()
        } | fresh
        return [_result(item, references) for item in items]

    def _lock_fetched(self, cr, connector_id, uuids):
        """``{uuid: (id, state, partner's number)}`` of messages that were fetched.

        They stay as they are until the caller commits.
        """
        cr.execute(
            """
            SELECT uuid, id, state, partner_reference FROM mfg_outbox_message
             WHERE connector_id = %s AND uuid = ANY(%s) AND handed_out_at IS NOT NULL
             ORDER BY id
               FOR UPDATE
            """,
            (connector_id, uuids),
        )
        return {uuid: tuple(facts) for uuid, *facts in cr.fetchall()}

    def _write_acknowledged(self, cr, connector, rows):
        """Store ``(message id, partner's number)`` and what follows from it."""
        if not rows:
            return
        execute_values(
            # Odoo's cursor delegates to psycopg2's, which execute_values needs.
            cr._obj,
            """
            UPDATE mfg_outbox_message message
               SET state = 'acknowledged', partner_reference = told.reference,
                   delivered_at = now() AT TIME ZONE 'UTC', next_attempt_at = NULL,
                   attempt_count = COALESCE(attempt_count, 0) + 1,
                   reason_code = NULL, reason = NULL, cause = NULL, failed_at = NULL
              FROM (VALUES %s) AS told (id, reference)
             WHERE message.id = told.id
            """,
            rows,
            page_size=len(rows),
        )
        self._write_attempts(cr, connector, rows)
        cr.execute(
            """
            SELECT connector_id, res_model, res_id, partner_reference
              FROM mfg_outbox_message
             WHERE id = ANY(%s) AND res_model IS NOT NULL AND res_id > 0
             ORDER BY id
            """,
            ([row_id for row_id, _reference in rows],),
        )
        self.env["mfg.binding"]._bind_all(cr, cr.fetchall())

    def _write_attempts(self, cr, connector, rows):
        """One try for each message: from when it was fetched to when it was taken."""
        attempts = execute_values(
            cr._obj,
            """
            INSERT INTO mfg_delivery_attempt
                   (message_id, number, started_at, outcome, duration_ms,
                    request_method, request_url, response_body, create_date)
            SELECT message.id, message.attempt_count, message.handed_out_at,
                   'succeeded',
                   LEAST(2147483647, 1000 * extract(
                       epoch FROM message.delivered_at - message.handed_out_at)),
                   'GET', told.url, told.body, message.delivered_at
              FROM (VALUES %s) AS told (id, url, body)
              JOIN mfg_outbox_message message ON message.id = told.id
            RETURNING id
            """,
            [
                (row_id, connector.outbox_url, _told(reference))
                for row_id, reference in rows
            ],
            template="(%s, %s, %s::bytea)",
            page_size=len(rows),
            fetch=True,
        )
        self.env["mfg.metric"]._sample(cr, [attempt_id for (attempt_id,) in attempts])


def _told(reference: str) -> bytes:
    """What the partner said, as the attempt keeps bodies."""
    return base64.b64encode(json.dumps({"reference": reference}).encode())


def _result(item: Acknowledgement, references: dict[str, str | None]) -> dict:
    """What became of one item."""
    if item.id not in references:
        error = UnknownMessageError(
            "This connector was given no message with this id.", pointer="/id"
        )
        return {"id": item.id, "status": "unknown", "problem": error.as_problem()}
    known = references[item.id]
    if known != item.reference:
        error = IdConflictError(
            f"This message was acknowledged before, as {known}. Find out which of the"
            " two is right; the first one stands.",
            code="acknowledged_differently",
            pointer="/reference",
        )
        return {"id": item.id, "status": "conflict", "problem": error.as_problem()}
    return {"id": item.id, "reference": known, "status": "acknowledged"}
