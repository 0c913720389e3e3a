"""The uuid of an event is computed in another way now, and is all that is kept."""

from odoo.addons.mfg_integration_edge.event_claims import take_new
from odoo.addons.mfg_integration_edge.protocols.event_identity import event_key

#: Events that are looked at in one go.
CHUNK_ROWS = 10_000


def migrate(cr, _version):
    """Know the events that are still kept by their new uuids, too.

    The uuids of before stay known as long as their events would have been: a sender may
    still ask how far one came.
    """
    cr.execute(
        """
        SELECT FROM information_schema.columns
         WHERE table_name = 'mfg_edge_event_digest' AND column_name = 'body_digest'
           AND table_schema = current_schema()
        """
    )
    if not cr.rowcount:
        return
    cr.execute(
        """
        ALTER TABLE mfg_edge_event_digest
              DROP COLUMN connector_id,
              DROP COLUMN body_digest,
              DROP COLUMN received_at
        """
    )
    last = -1
    while last is not None:
        cr.execute(
            """
            SELECT id, connector_id, event_id FROM mfg_edge_event
             WHERE id > %s ORDER BY id LIMIT %s
            """,
            (last, CHUNK_ROWS),
        )
        rows = cr.fetchall()
        take_new(
            cr,
            {
                event_key(connector_id, event_id)[1]: row_id
                for row_id, connector_id, event_id in rows
            },
        )
        last = rows[-1][0] if rows else None
