"""What the doors answered is counted in several rows now, which a view adds up."""


def migrate(cr, _version):
    """Keep what was counted as the first of these rows; the model makes the view."""
    cr.execute(
        "SELECT FROM pg_class WHERE relname = 'mfg_door_counter' AND relkind = 'r'"
    )
    if not cr.rowcount:
        return
    cr.execute(
        """
        ALTER TABLE mfg_door_counter RENAME TO mfg_door_tally;
        ALTER TABLE mfg_door_tally
              DROP CONSTRAINT mfg_door_counter_day_connector_code_status_code_key,
              ADD COLUMN shard integer NOT NULL DEFAULT 0,
              ADD UNIQUE (day, connector_code, status, code, shard);
        ALTER TABLE mfg_door_tally ALTER COLUMN shard DROP DEFAULT
        """
    )
