"""Where a machine stood: told by the states that it was in."""


def stood_at_sql(machine: str, moment: str) -> str:
    """The work center where a machine stood, as an SQL expression.

    Before its first word it stood where it said that one. NULL where it stood nowhere,
    or has not said anything.

    :param machine: SQL of its id; ``moment``, naive UTC
    """
    return f"""
        (SELECT workcenter_id FROM (
            (SELECT workcenter_id, 0 AS turn FROM mfg_edge_state
              WHERE equipment_id = {machine} AND at <= {moment}
              ORDER BY at DESC, boot DESC NULLS LAST, sequence DESC NULLS LAST, id DESC
              LIMIT 1)
            UNION ALL
            (SELECT workcenter_id, 1 AS turn FROM mfg_edge_state
              WHERE equipment_id = {machine} AND at > {moment}
              ORDER BY at, boot NULLS FIRST, sequence NULLS FIRST, id
              LIMIT 1)) told
          ORDER BY turn LIMIT 1)
    """
