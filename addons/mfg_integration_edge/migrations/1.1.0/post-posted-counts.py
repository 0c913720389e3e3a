"""The windows of before have places, and know which order has them."""


def migrate(cr, _version):
    """Tell it from the rows that they were found by, and from their inbox events."""
    cr.execute(
        """
        UPDATE mfg_edge_window
           SET first_place = (first_position::bigint << 16) | (first_row_id & 65535),
               last_place = (last_position::bigint << 16) | (last_row_id & 65535)
         WHERE first_place IS NULL;
        UPDATE mfg_edge_window proof
           SET production_id = event.res_id, posted_at = event.processed_at,
               is_output = TRUE
          FROM mfg_inbox_event event
         WHERE event.uuid = proof.event_uuid AND event.state = 'processed'
           AND event.res_model = 'mrp.production' AND proof.production_id IS NULL
           AND EXISTS (SELECT 1 FROM mrp_production WHERE id = event.res_id);
        ALTER TABLE mfg_edge_window
            DROP COLUMN first_row_id, DROP COLUMN last_row_id;
        """
    )
