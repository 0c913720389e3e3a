"""The windows of before have places, and know which machine and order has them."""

from odoo import SUPERUSER_ID, api

from odoo.addons.mfg_integration_edge.aggregation.counts import GOOD, SCRAP
from odoo.addons.mfg_integration_edge.aggregation.run import MOMENT, PLACE
from odoo.addons.mfg_integration_edge.aggregation.windows import QUARTER
from odoo.addons.mfg_integration_edge.event_rows import ITEM_BITS
from odoo.addons.mfg_integration_edge.protocols.machine_events import COUNT


def migrate(cr, _version):
    """Tell it from the rows that they were found by, and from their inbox events."""
    cr.execute(
        """
        SELECT FROM information_schema.columns
         WHERE table_name = 'mfg_edge_window' AND column_name = 'first_row_id'
           AND table_schema = current_schema()
        """
    )
    if not cr.rowcount:
        return
    _give_places(cr)
    _give_orders(cr)
    _add_single_events(cr)
    _give_ranges(cr)
    windows = api.Environment(cr, SUPERUSER_ID, {})["mfg.edge.window"]
    windows.search([("equipment_id", "=", False)])._find_machines()


def _give_places(cr):
    cr.execute(
        f"""
        UPDATE mfg_edge_window
           SET first_place = (first_position::bigint << {ITEM_BITS})
                             | (first_row_id & {(1 << ITEM_BITS) - 1}),
               last_place = (last_position::bigint << {ITEM_BITS})
                            | (last_row_id & {(1 << ITEM_BITS) - 1})
         WHERE first_place IS NULL;
        ALTER TABLE mfg_edge_window
              DROP COLUMN first_row_id, DROP COLUMN last_row_id
        """
    )


def _give_orders(cr):
    cr.execute(
        """
        UPDATE mfg_edge_window proof
           SET production_id = event.res_id, is_output = TRUE,
               posted_at = COALESCE(event.processed_at, event.received_at)
          FROM mfg_inbox_event event
         WHERE event.uuid = proof.event_uuid AND event.state = 'processed'
           AND event.res_model = 'mrp.production' AND proof.production_id IS NULL
           AND EXISTS (SELECT 1 FROM mrp_production WHERE id = event.res_id)
        """
    )


def _add_single_events(cr):
    """Have counts that came through another door in the ledger, too.

    Without them, an order would have more than its windows say.
    """
    cr.execute(
        """
        INSERT INTO mfg_edge_window
                    (connector_id, kind, event_uuid, equipment, job_order,
                     event_count, good_quantity, scrap_quantity, started_at, ended_at,
                     historical, first_event_id, last_event_id, production_id,
                     is_output, posted_at)
        SELECT connector_id, 'single', uuid, payload->'data'->>'equipment',
               payload->'data'->>'job_order', 1,
               (payload->'data'->>'good_quantity')::numeric,
               (payload->'data'->>'scrap_quantity')::numeric,
               COALESCE(event_time, received_at), COALESCE(event_time, received_at),
               COALESCE(historical, FALSE), event_id, event_id, res_id, TRUE,
               COALESCE(processed_at, received_at)
          FROM mfg_inbox_event event
         WHERE event_type = %s AND state = 'processed'
           AND res_model = 'mrp.production'
           AND EXISTS (SELECT 1 FROM mrp_production WHERE id = event.res_id)
           -- What has been forgotten of it since says nothing any more.
           AND payload->'data'->>'equipment' IS NOT NULL
           AND NOT EXISTS (
               SELECT 1 FROM mfg_edge_window WHERE event_uuid = event.uuid)
         ORDER BY id
        """,
        (COUNT,),
    )


def _give_ranges(cr):
    """Tell when the counts of a window were made, as far as they are kept."""
    cr.execute(
        f"""
        INSERT INTO mfg_edge_window_range
                    (window_id, quarter_at, event_count, good_quantity, scrap_quantity,
                     first_place, last_place, started_at, ended_at)
        SELECT window_id, to_timestamp({QUARTER}) AT TIME ZONE 'UTC' AS quarter_at,
               count(*), sum(good), sum(scrap), min(place), max(place), min(moment),
               max(moment)
          FROM (
              SELECT proof.id AS window_id, {GOOD} AS good, {SCRAP} AS scrap,
                     {PLACE} AS place, {MOMENT} AS moment
                FROM mfg_edge_window proof
                JOIN mfg_edge_batch batch
                  ON batch.connector_id = proof.connector_id
                 AND batch.position BETWEEN proof.first_position
                                        AND proof.last_position
                JOIN mfg_edge_event event
                  ON event.batch_id = batch.id
                 AND event.received_at = batch.received_at
                 AND event.id >= batch.id::bigint << {ITEM_BITS}
                 AND event.id < (batch.id + 1)::bigint << {ITEM_BITS}
               WHERE proof.kind = 'counts' AND event.event_type = %s
                 AND event.equipment = proof.equipment
                 AND event.job_order IS NOT DISTINCT FROM proof.job_order
                 AND {PLACE} BETWEEN proof.first_place AND proof.last_place
                 AND NOT EXISTS (SELECT 1 FROM mfg_edge_window_range
                                  WHERE window_id = proof.id)) counted
         GROUP BY window_id, quarter_at;
        UPDATE mfg_edge_window proof
           SET started_at = made.started_at, ended_at = made.ended_at
          FROM (SELECT window_id, min(started_at) AS started_at,
                       max(ended_at) AS ended_at
                  FROM mfg_edge_window_range GROUP BY window_id) made
         WHERE made.window_id = proof.id AND proof.started_at IS NULL
        """,
        (COUNT,),
    )
