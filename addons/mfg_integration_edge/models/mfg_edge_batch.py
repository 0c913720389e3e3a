from odoo import api, fields, models

from ..event_store import row_ids
from ..protocols.event_identity import window_uuid
from ..protocols.machine_events import COUNT, lane
from ..protocols.windowing import RawEvent, Window, arrange

#: Raw events that one transaction turns into inbox events; a batch is not divided.
EVENTS_PER_TRANSACTION = 20_000
# First half of the advisory lock's key, so that no other lock of ours is meant.
AGGREGATION_LOCK = 0x6D66_6761


class MfgEdgeBatch(models.Model):
    """One request at the edge door: how many events, and how far they came.

    The order of aggregation is ``position``. It is assigned by the aggregator to
    batches that are committed: ids are drawn before the commit and requests commit
    in another order, so an aggregator that went by id would skip the slower one.
    """

    _name = "mfg.edge.batch"
    _description = "Machine Event Batch"
    _log_access = False
    _rec_name = "uuid"
    _order = "id desc"

    uuid = fields.Char("UUID", required=True, readonly=True)
    connector_id = fields.Many2one(
        "mfg.connector", required=True, readonly=True, ondelete="cascade"
    )
    received_at = fields.Datetime(required=True, readonly=True, index=True)
    accepted_count = fields.Integer("Accepted", readonly=True)
    duplicate_count = fields.Integer("Duplicates", readonly=True)
    conflict_count = fields.Integer("Conflicts", readonly=True)
    invalid_count = fields.Integer("Invalid", readonly=True)
    position = fields.Integer(readonly=True, help="Place in the order of aggregation.")
    processed_at = fields.Datetime(readonly=True)
    state = fields.Selection(
        [("captured", "Captured"), ("aggregated", "Aggregated")],
        required=True,
        readonly=True,
        default="captured",
    )

    def init(self):
        self.env.cr.execute(
            """
            CREATE UNIQUE INDEX IF NOT EXISTS mfg_edge_batch_position_index
                ON mfg_edge_batch (connector_id, position);
            CREATE INDEX IF NOT EXISTS mfg_edge_batch_captured_index
                ON mfg_edge_batch (connector_id, received_at) WHERE state = 'captured';
            """
        )

    # ------------------------------------------------------------- aggregation

    @api.model
    def _aggregate(self, connector, limit=EVENTS_PER_TRANSACTION):
        """Turn the next captured batches of a connector into inbox events.

        Exactly once: reading, inbox events, proof and the mark on the batches are
        one transaction, which the caller commits or loses as a whole. One at a time
        per connector; who comes second leaves the work to the first.

        :param limit: raw events after which no further batch is begun
        :return: number of batches aggregated
        """
        cr = self.env.cr
        cr.execute(
            "SELECT pg_try_advisory_xact_lock(%s, %s)", (AGGREGATION_LOCK, connector.id)
        )
        if not cr.fetchone()[0]:
            return 0
        self._assign_positions(connector)
        batch_ids = self._next_batch_ids(connector, limit)
        if batch_ids:
            self._pass_on(connector, arrange(self._raw_events(batch_ids)))
            self._mark_aggregated(batch_ids)
        return len(batch_ids)

    @api.model
    def _assign_positions(self, connector):
        """Put the batches that were committed since into the order."""
        self.env.cr.execute(
            """
            WITH fresh AS (
                SELECT id, row_number() OVER (ORDER BY received_at, id) AS place
                  FROM mfg_edge_batch
                 WHERE connector_id = %(connector)s
                   AND state = 'captured' AND position IS NULL)
            UPDATE mfg_edge_batch batch
               SET position = fresh.place + COALESCE(
                       (SELECT max(position) FROM mfg_edge_batch
                         WHERE connector_id = %(connector)s), 0)
              FROM fresh
             WHERE batch.id = fresh.id
            """,
            {"connector": connector.id},
        )

    @api.model
    def _next_batch_ids(self, connector, limit):
        """Captured batches in their order, about ``limit`` events and at least one."""
        self.env.cr.execute(
            """
            SELECT id FROM (
                SELECT id, position,
                       sum(accepted_count) OVER (ORDER BY position)
                           - accepted_count AS before
                  FROM mfg_edge_batch
                 WHERE connector_id = %s AND state = 'captured') AS queue
             WHERE before < %s
             ORDER BY position
            """,
            (connector.id, limit),
        )
        return [batch_id for (batch_id,) in self.env.cr.fetchall()]

    @api.model
    def _raw_events(self, batch_ids):
        """The events of these batches in the order of aggregation."""
        self.env.cr.execute(
            "SELECT min(received_at), max(received_at) FROM mfg_edge_batch"
            " WHERE id = ANY(%s)",
            (batch_ids,),
        )
        earliest, latest = self.env.cr.fetchone()
        first_row_id, _behind = row_ids(min(batch_ids))
        _first, behind_row_id = row_ids(max(batch_ids))
        # Ranges as constants: PostgreSQL picks the days and walks the primary key.
        self.env.cr.execute(
            """
            SELECT event.id, batch.position, event.uuid, event.event_id,
                   event.event_type, event.equipment, event.job_order,
                   -- As text: Odoo's cursor reads decimals as binary fractions.
                   event.good_quantity::text, event.scrap_quantity::text,
                   event.envelope
              FROM mfg_edge_event event
              JOIN mfg_edge_batch batch ON batch.id = event.batch_id
             WHERE event.received_at BETWEEN %s AND %s
               AND event.id >= %s AND event.id < %s
               AND event.batch_id = ANY(%s)
             ORDER BY batch.position, event.id
            """,
            (earliest, latest, first_row_id, behind_row_id, batch_ids),
        )
        return [RawEvent(*row) for row in self.env.cr.fetchall()]

    @api.model
    def _pass_on(self, connector, told):
        """Give the inbox what :func:`arrange` made of the events, with its proof."""
        envelopes, uuids = [], {}
        for thing in told:
            if isinstance(thing, Window):
                envelope, uuid = self._prepare_window(thing)
            else:
                subject = lane(thing.event_type, thing.equipment)
                envelope = {**thing.envelope, "subject": subject}
                uuid = thing.uuid
            envelopes.append(envelope)
            uuids[envelope["id"]] = str(uuid)
        self.env["mfg.inbox.event"]._accept_internal(connector, envelopes, uuids)
        self.env["mfg.edge.window"]._record(
            connector, [thing for thing in told if isinstance(thing, Window)]
        )

    @api.model
    def _prepare_window(self, window):
        """The one count event that stands for a window, and its uuid."""
        uuid = window_uuid(window.first.uuid, window.last.uuid)
        data = {
            "equipment": window.last.equipment,
            "good_quantity": as_number(window.good_quantity),
            "scrap_quantity": as_number(window.scrap_quantity),
        }
        subject = window.last.equipment
        if window.last.job_order:
            data["job_order"] = window.last.job_order
            # A lane of its own: counts that wait for their order must not keep the
            # machine's next fault waiting, and they are accepted in any state.
            subject = f"{subject}/{window.last.job_order}"
        envelope = {
            **window.last.envelope,
            "id": f"window-{uuid}",
            "type": COUNT,
            "subject": subject,
            "data": data,
        }
        return envelope, uuid

    @api.model
    def _mark_aggregated(self, batch_ids):
        self.env.cr.execute(
            "UPDATE mfg_edge_batch SET state = 'aggregated', processed_at = %s"
            " WHERE id = ANY(%s)",
            (fields.Datetime.now(), batch_ids),
        )
        self.invalidate_model()


def as_number(quantity):
    """A Decimal as the JSON number that a reader turns into the same decimal."""
    whole = int(quantity)
    return whole if whole == quantity else float(quantity)
