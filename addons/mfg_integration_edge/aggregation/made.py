"""What machines made in a time, as far as orders have it.

A window may go on for hours, across the end of a shift: its ranges tell when.
"""


def made_between(begin: str, end: str) -> str:
    """A query of ``equipment_id, workorder_id, started_at`` and both quantities.

    :param begin: SQL of the first moment of the time, naive UTC; ``end`` the first
        behind it
    """
    return f"""
        SELECT posted.equipment_id, posted.workorder_id, part.started_at,
               part.good_quantity, part.scrap_quantity
          FROM mfg_edge_window_range part
          JOIN mfg_edge_window posted ON posted.id = part.window_id
         -- The quarter of an hour is indexed; a time may begin within one.
         WHERE part.quarter_at > {begin} - interval '15 minutes'
           AND part.quarter_at < {end}
           AND part.started_at >= {begin} AND part.started_at < {end}
        UNION ALL
        SELECT equipment_id, workorder_id, started_at, good_quantity, scrap_quantity
          FROM mfg_edge_window
         WHERE kind = 'single' AND started_at >= {begin} AND started_at < {end}
    """
