"""What the doors answered is appended now and added up; a view tells the sum."""


def migrate(cr, _version):
    """Keep what was counted as the first sums; the model makes the rest."""
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
              ADD UNIQUE (day, connector_code, status, code),
              ALTER COLUMN id TYPE bigint;
        ALTER SEQUENCE mfg_door_counter_id_seq RENAME TO mfg_door_tally_id_seq;
        ALTER SEQUENCE mfg_door_tally_id_seq AS bigint
        """
    )
