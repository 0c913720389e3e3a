"""A raw event says more of itself now; the columns of before stay as they are."""


def migrate(cr, _version):
    """Give the table, and with it every day of it, the columns that are new."""
    cr.execute("SELECT to_regclass('mfg_edge_event') IS NULL")
    if cr.fetchone()[0]:
        return
    cr.execute(
        """
        ALTER TABLE mfg_edge_event
              ADD COLUMN IF NOT EXISTS device_id integer,
              ADD COLUMN IF NOT EXISTS operation varchar,
              ADD COLUMN IF NOT EXISTS boot integer,
              ADD COLUMN IF NOT EXISTS sequence bigint,
              ADD COLUMN IF NOT EXISTS historical boolean NOT NULL DEFAULT false,
              ALTER COLUMN equipment DROP NOT NULL;
        ALTER TABLE mfg_edge_event ALTER COLUMN historical DROP DEFAULT
        """
    )
    cr.execute(
        """
        SELECT FROM information_schema.columns
         WHERE table_name = 'mfg_edge_event' AND column_name = 'source'
           AND table_schema = current_schema()
        """
    )
    if not cr.rowcount:
        # The change of the type writes each day anew, filled and without dead rows.
        cr.execute(
            """
            ALTER TABLE mfg_edge_event ADD COLUMN source varchar;
            ALTER TABLE mfg_edge_event
                  ALTER COLUMN source TYPE varchar USING envelope->>'source',
                  ALTER COLUMN source SET NOT NULL
            """
        )
