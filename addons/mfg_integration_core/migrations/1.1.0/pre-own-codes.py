"""A code may name the record here that has it; not at connectors of before."""


def migrate(cr, _version):
    """Let what was connected before be understood by bindings only, as it was."""
    cr.execute(
        """
        ALTER TABLE mfg_connector ADD COLUMN IF NOT EXISTS own_codes boolean;
        UPDATE mfg_connector SET own_codes = FALSE WHERE own_codes IS NULL
        """
    )
