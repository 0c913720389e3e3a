"""What the settings and the connectors said by themselves is inherited now."""

import json

#: Parameters of the settings, and what they said where nobody had changed them.
PARAMETERS = {
    "mfg_integration_core.keep_bodies_days": ("retention.bodies_days", 30),
    "mfg_integration_core.keep_headers_days": ("retention.rows_days", 365),
}
#: Limits of every connector that nobody had changed; 0 = inherited.
LIMITS = {"tolerance_s": 300, "max_body_bytes": 1048576}


def migrate(cr, _version):
    """Keep what was changed, and have the rest follow the settings."""
    for parameter, (key, default) in PARAMETERS.items():
        cr.execute(
            "DELETE FROM ir_config_parameter WHERE key = %s RETURNING value",
            (parameter,),
        )
        stored = cr.fetchone()
        if stored and int(stored[0]) != default:
            cr.execute(
                """
                INSERT INTO mfg_setting_value (key, level, content)
                VALUES (%s, 'global', %s)
                ON CONFLICT DO NOTHING
                """,
                (key, json.dumps(int(stored[0]))),
            )
    for column, default in LIMITS.items():
        cr.execute(
            f"UPDATE mfg_connector SET {column} = 0 WHERE {column} = %s", (default,)
        )
