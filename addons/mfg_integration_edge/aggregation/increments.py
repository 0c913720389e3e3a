"""What a reading adds, in SQL; the rule is that of ``protocols/counter.py``."""


def is_kept_sql(reading: str) -> str:
    """Whether the one that a reading was added to is still there, or never was.

    Without it nobody can say any more what the reading adds.
    """
    return f"""
        ({reading}.previous_id IS NULL
         OR EXISTS (SELECT 1 FROM mfg_edge_reading before
                     WHERE before.id = {reading}.previous_id))
    """


def increment_sql(reading: str, previous: str) -> str:
    """The increment of a reading to the one before it, as an SQL expression.

    :param reading: alias of a row with ``value``, ``rollover_at`` and ``boot``
    :param previous: alias of the row before, all of it NULL where there is none
    """
    around = f"({reading}.rollover_at - {previous}.value + {reading}.value)"
    return f"""
        CASE WHEN {previous}.value IS NULL THEN 0
             WHEN {reading}.value >= {previous}.value
             THEN {reading}.value - {previous}.value
             WHEN {reading}.boot = {previous}.boot
                  AND 2 * {around} BETWEEN 0 AND {reading}.rollover_at
             THEN {around}
             ELSE {reading}.value
        END
    """
