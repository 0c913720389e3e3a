from psycopg2.extras import execute_values

from odoo import api, fields, models

from ..event_store import ITEM_BITS
from ..protocols.event_identity import window_uuid
from ..protocols.machine_events import COUNT


class MfgEdgeWindow(models.Model):
    """Proof of one posted sum: which raw counts are in it.

    A window holds every count of its equipment and job order from its first to its
    last event, in the order of aggregation, and nothing else.
    """

    _name = "mfg.edge.window"
    _description = "Machine Count Window"
    _log_access = False
    _rec_name = "event_uuid"
    _order = "id desc"

    connector_id = fields.Many2one(
        "mfg.connector", required=True, readonly=True, ondelete="cascade"
    )
    event_uuid = fields.Char("Inbox Event", required=True, readonly=True, index=True)
    equipment = fields.Char(required=True, readonly=True)
    job_order = fields.Char(readonly=True)
    event_count = fields.Integer("Counts", readonly=True)
    good_quantity = fields.Float(digits=(20, 9), readonly=True)
    scrap_quantity = fields.Float(digits=(20, 9), readonly=True)
    first_event_id = fields.Char("First Event ID", readonly=True)
    last_event_id = fields.Char("Last Event ID", readonly=True)
    # Place of the first and the last event: position of the batch, row in it.
    first_position = fields.Integer(readonly=True)
    last_position = fields.Integer(readonly=True)

    def init(self):
        self.env.cr.execute(
            """
            -- Row ids of raw events are wider than Odoo's integers.
            ALTER TABLE mfg_edge_window
                ADD COLUMN IF NOT EXISTS first_row_id bigint,
                ADD COLUMN IF NOT EXISTS last_row_id bigint;
            CREATE UNIQUE INDEX IF NOT EXISTS mfg_edge_window_range_index
                ON mfg_edge_window
                   (connector_id, equipment, first_position, first_row_id);
            """
        )

    @api.model
    def _record(self, connector, windows):
        """Write down what is in these windows."""
        if not windows:
            return
        execute_values(
            # Odoo's cursor delegates to psycopg2's, which execute_values needs.
            self.env.cr._obj,
            """
            INSERT INTO mfg_edge_window
                        (connector_id, event_uuid, equipment, job_order, event_count,
                         good_quantity, scrap_quantity, first_event_id, last_event_id,
                         first_position, last_position, first_row_id, last_row_id)
            VALUES %s
            """,
            [self._prepare_row(connector, window) for window in windows],
            page_size=len(windows),
        )

    @api.model
    def _prepare_row(self, connector, window):
        first, last = window.first, window.last
        return (
            connector.id,
            str(window_uuid(first.uuid, last.uuid)),
            last.equipment,
            last.job_order,
            len(window.events),
            window.good_quantity,
            window.scrap_quantity,
            first.event_id,
            last.event_id,
            first.position,
            last.position,
            first.row_id,
            last.row_id,
        )

    def _contradictions(self):
        """Windows of these that the raw events do not confirm: none, or a fault.

        Only windows whose raw events are still kept can be confirmed.

        :return: ``[(window id, posted good, counted good, posted scrap, counted
            scrap)]``, quantities as decimals in text
        """
        self.env.cr.execute(
            """
            SELECT proof.id,
                   proof.good_quantity::text, sum(event.good_quantity)::text,
                   proof.scrap_quantity::text, sum(event.scrap_quantity)::text
              FROM mfg_edge_window proof
              JOIN mfg_edge_batch batch
                ON batch.connector_id = proof.connector_id
               AND batch.position BETWEEN proof.first_position AND proof.last_position
              LEFT JOIN mfg_edge_event event
                ON event.batch_id = batch.id
               AND event.id >= batch.id::bigint << %s
               AND event.received_at = batch.received_at
               AND event.equipment = proof.equipment
               AND event.job_order IS NOT DISTINCT FROM proof.job_order
               AND event.event_type = %s
               AND (batch.position, event.id)
                   BETWEEN (proof.first_position, proof.first_row_id)
                       AND (proof.last_position, proof.last_row_id)
             WHERE proof.id = ANY(%s)
             GROUP BY proof.id
            HAVING proof.good_quantity IS DISTINCT FROM sum(event.good_quantity)
                OR proof.scrap_quantity IS DISTINCT FROM sum(event.scrap_quantity)
                OR proof.event_count <> count(event.id)
             ORDER BY proof.id
            """,
            (ITEM_BITS, COUNT, self.ids),
        )
        return self.env.cr.fetchall()
