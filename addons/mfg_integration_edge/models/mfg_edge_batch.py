from datetime import timedelta

from odoo import api, fields, models

from ..aggregation import contexts, counts, gathering, readings, windows
from ..aggregation.run import EVENTS, PLACE, Run
from ..protocols.machine_events import COUNT, COUNT_CORRECTED, TOLD, lane
from ..protocols.windowing import Told, in_order

#: Raw events that one transaction turns into inbox events; a batch is not divided.
EVENTS_PER_TRANSACTION = 100_000
#: Told events that one statement inserts.
EVENTS_PER_STATEMENT = 5_000
OF_ONE_EVENT = ("sequence", "historical")
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
        :return: number of batches aggregated; where there was none, of windows told
        """
        cr = self.env.cr
        cr.execute(
            "SELECT pg_try_advisory_xact_lock(%s, %s)", (AGGREGATION_LOCK, connector.id)
        )
        if not cr.fetchone()[0]:
            return 0
        self._assign_positions(connector)
        now = fields.Datetime.now()
        batch_ids = self._next_batch_ids(connector, limit)
        told, fresh = [], []
        if batch_ids:
            until = self._gathers_until(connector, now)
            run = Run.of(cr, connector.id, batch_ids, until)
            told, fresh = self._told(run), self._count(run)
        window_ids = gathering.told_now(cr, connector.id, fresh, told, now)
        self._pass_on(connector, in_order(told, windows.read(cr, window_ids)))
        if batch_ids:
            self.env["mfg.edge.device"]._hear(connector, batch_ids)
            self._mark_aggregated(batch_ids)
        return len(batch_ids) or len(window_ids)

    @api.model
    def _gathers_until(self, connector, now):
        """How long windows that are opened now may gather; None for not at all."""
        seconds = self.env["mfg.setting"]._get("counts.gathered_s", connector)
        return now + timedelta(seconds=seconds) if seconds else None

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
    def _told(self, run):
        """The events of a run that the inbox hears of one by one, in their order."""
        self.env.cr.execute(
            f"""
            SELECT {PLACE} AS place, event.uuid, event.equipment, event.envelope
              FROM {EVENTS} AND event.event_type = ANY(%(told)s)
             ORDER BY place
            """,
            run.values(told=list(TOLD)),
        )
        return [Told(*row) for row in self.env.cr.fetchall()]

    @api.model
    def _count(self, run):
        """Write the windows over what was counted in a run; their ids."""
        cr, told = self.env.cr, list(TOLD)
        context_ids = contexts.keep(cr, run)
        window_ids = counts.post(cr, run, told)
        window_ids += readings.post(cr, run, told, context_ids)
        self.env["mfg.edge.window"].browse(window_ids)._find_machines()
        return window_ids

    @api.model
    def _pass_on(self, connector, told):
        """Give the inbox the told events and the windows, in this order."""
        envelopes, uuids = [], {}
        for thing in told:
            if isinstance(thing, windows.PostedWindow):
                envelope = self._prepare_window(connector, thing)
            else:
                envelope = thing.envelope
                of = thing.equipment or envelope["source"]
                envelope = {**envelope, "subject": lane(envelope["type"], of)}
            envelopes.append(envelope)
            uuids[envelope["id"]] = thing.uuid
        inbox = self.env["mfg.inbox.event"]
        for first in range(0, len(envelopes), EVENTS_PER_STATEMENT):
            some = envelopes[first : first + EVENTS_PER_STATEMENT]
            inbox._accept_internal(connector, some, uuids)

    @api.model
    def _prepare_window(self, connector, window):
        """The one count event that stands for a window."""
        named = {"job_order": window.job_order, "operation": window.operation}
        last = window.envelope or {"source": f"/connectors/{connector.code}"}
        # What it says of itself holds for the one event only.
        extensions = {k: v for k, v in last.items() if k not in OF_ONE_EVENT}
        if window.historical:
            extensions["historical"] = True
        subject = window.equipment
        if window.target:
            # A lane of its own: counts that wait for their order must not keep the
            # machine's next fault waiting, and they are accepted in any state.
            subject = f"{subject}/{window.target}"
        return {
            **extensions,
            "specversion": "1.0",
            "id": f"window-{window.uuid}",
            "type": COUNT_CORRECTED if window.is_correction else COUNT,
            "subject": subject,
            "time": f"{window.ended_at.isoformat()}Z",
            "data": {
                "equipment": window.equipment,
                **{name: value for name, value in named.items() if value},
                "good_quantity": as_number(window.good),
                "scrap_quantity": as_number(window.scrap),
            },
        }

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
