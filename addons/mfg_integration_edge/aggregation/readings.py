"""Counts that only others tell the meaning of: a narrow row each, and their windows.

What a counter's reading adds depends on the reading before it, and what a count
without an order is for depends on what was scanned before it. Either may come later.
So each has a row with what was posted of it and in which window, and what changes is
posted as the difference, in a window that corrects the first.
"""

from ..protocols.counter import UNNUMBERED
from ..protocols.machine_events import COUNT, COUNTER, CYCLE
from .contexts import at_sql
from .counts import GOOD, SCRAP
from .increments import increment_sql, is_kept_sql
from .run import EVENTS, MOMENT, PLACE, Run
from .windows import INSERT_RANGES, INSERT_WINDOWS, QUARTER

#: Which events have a row of their own.
KEPT = f"""
    (event.event_type = '{COUNTER}'
     OR event.event_type IN ('{COUNT}', '{CYCLE}') AND event.job_order IS NULL)
"""

_IS_COUNTER = f"event.event_type = '{COUNTER}'"

_SERIES_KEYS = "connector_id, source, equipment, operation, is_counter"

#: What no sender's number is behind; its columns are an integer and a bigint.
_LAST_BOOT, _LAST_SEQUENCE = (1 << 31) - 1, (1 << 63) - 1

#: The order of a series: by the sender's numbers, else by time, else by arrival.
_ORDER = "({0}.boot, {0}.sequence, {0}.moment, {0}.place)"


def post(cr, run: Run, told_types: list[str], context_ids: list[int]) -> list[int]:
    """Keep the readings of a run, and write the windows over what they change.

    :param context_ids: contexts that came with this run
    :return: ids of the windows
    """
    values = run.values(told=told_types, contexts=context_ids)
    if not _keep(cr, values) and not context_ids:
        return []
    cr.execute(_POST, values)
    return [window_id for (window_id,) in cr.fetchall()]


def _keep(cr, values: dict) -> int:
    """Keep the readings of a run, unposted; how many."""
    cr.execute(_KEEP_SERIES, values)
    cr.execute(_KEEP_READINGS, values)
    return cr.rowcount


_MEASURED = f"""
    raw AS (
        SELECT event.connector_id, event.source, event.equipment, event.operation,
               event.job_order, {PLACE} AS place, {MOMENT} AS moment,
               COALESCE(event.boot, {UNNUMBERED}) AS boot,
               COALESCE(event.sequence, {UNNUMBERED}) AS sequence,
               event.id AS event_row_id, event.received_at, event.historical,
               {_IS_COUNTER} AS is_counter, {KEPT} AS is_kept,
               CASE WHEN {_IS_COUNTER} THEN event.good_quantity
                    ELSE {GOOD} END AS good,
               CASE WHEN {_IS_COUNTER} THEN event.scrap_quantity
                    WHEN {SCRAP} <> 0 THEN {SCRAP} END AS scrap,
               CASE WHEN {_IS_COUNTER}
                    THEN (event.envelope->'data'->>'rollover_at')::numeric
                END AS rollover_at,
               event.event_type = ANY(%(told)s) AS is_told
          FROM {EVENTS} AND ({KEPT} OR event.event_type = ANY(%(told)s))),
    placed AS (
        SELECT *, count(*) FILTER (WHERE is_told)
                      OVER (PARTITION BY equipment ORDER BY place) AS segment
          FROM raw),
    measured AS (
        SELECT placed.*, is_scrap, value
          FROM placed
         CROSS JOIN LATERAL (VALUES (FALSE, good), (TRUE, scrap))
                    AS told_of (is_scrap, value)
         WHERE is_kept AND value IS NOT NULL)
"""

_KEEP_SERIES = f"""
    WITH {_MEASURED}
    INSERT INTO mfg_edge_series ({_SERIES_KEYS})
    SELECT DISTINCT {_SERIES_KEYS} FROM measured
    ON CONFLICT DO NOTHING
"""

_KEEP_READINGS = f"""
    WITH {_MEASURED}
    INSERT INTO mfg_edge_reading
                (series_id, is_scrap, boot, sequence, moment, place, segment,
                 event_row_id, received_at, historical, value, rollover_at, job_order)
    SELECT series.id, is_scrap, boot, sequence, moment, place, segment,
           event_row_id, received_at, historical, value, rollover_at, job_order
      FROM measured
      JOIN mfg_edge_series series
        ON series.connector_id = measured.connector_id
       AND series.source = measured.source
       AND series.equipment = measured.equipment
       AND series.operation IS NOT DISTINCT FROM measured.operation
       AND series.is_counter = measured.is_counter
"""

_POST = f"""
    WITH fresh AS MATERIALIZED (
        SELECT reading.id, series_id, is_scrap, boot, sequence, moment, place,
               is_counter
          FROM mfg_edge_reading reading
          JOIN mfg_edge_series series ON series.id = reading.series_id
         WHERE reading.increment IS NULL AND series.connector_id = %(connector_id)s),
    told_late AS MATERIALIZED (
        SELECT series.id AS series_id, context.started_at, context.boot,
               context.sequence,
               series.source = context.source AND context.boot > {UNNUMBERED}
                   AS is_numbered,
               COALESCE(next_in_time.started_at, 'infinity') AS next_at,
               COALESCE(next_in_number.boot, {_LAST_BOOT}) AS next_boot,
               COALESCE(next_in_number.sequence, {_LAST_SEQUENCE}) AS next_sequence
          FROM mfg_edge_context context
          JOIN mfg_edge_series series
            ON series.connector_id = context.connector_id
           AND series.equipment = context.equipment
          -- One whose numbers say nothing of the series holds by its time.
          LEFT JOIN LATERAL (
              SELECT later.started_at FROM mfg_edge_context later
               WHERE later.connector_id = context.connector_id
                 AND later.equipment = context.equipment
                 AND later.started_at > context.started_at
                 AND (later.source <> series.source OR later.boot = {UNNUMBERED})
               ORDER BY started_at LIMIT 1) next_in_time ON TRUE
          LEFT JOIN LATERAL (
              SELECT later.boot, later.sequence FROM mfg_edge_context later
               WHERE later.connector_id = context.connector_id
                 AND later.equipment = context.equipment
                 AND later.source = context.source
                 AND (later.boot, later.sequence) > (context.boot, context.sequence)
               ORDER BY boot, sequence LIMIT 1) next_in_number ON TRUE
         WHERE context.id = ANY(%(contexts)s)),
    touched AS (
        SELECT id FROM fresh
        UNION
        -- The one behind a reading adds to another reading from now on. If the one
        -- that it was added to is not kept any more, it stays as it is.
        SELECT behind.id
          FROM fresh CROSS JOIN LATERAL (
              SELECT id, previous_id FROM mfg_edge_reading known
               WHERE known.series_id = fresh.series_id
                 AND known.is_scrap = fresh.is_scrap
                 AND {_ORDER.format("known")} > {_ORDER.format("fresh")}
               ORDER BY boot, sequence, moment, place LIMIT 1) behind
         WHERE fresh.is_counter
           AND {is_kept_sql("behind")}
        UNION
        -- What was counted behind a context is for that one from now on, up to the
        -- next. It stays as it is for the same reason.
        SELECT reading.id FROM told_late
          JOIN mfg_edge_reading reading
            ON reading.series_id = told_late.series_id AND reading.job_order IS NULL
           AND reading.moment >= told_late.started_at
           AND reading.moment < told_late.next_at
         WHERE {is_kept_sql("reading")}
        UNION
        SELECT reading.id FROM told_late
         CROSS JOIN (VALUES (FALSE), (TRUE)) AS measure (is_scrap)
          JOIN mfg_edge_reading reading
            ON reading.series_id = told_late.series_id AND reading.job_order IS NULL
           AND reading.is_scrap = measure.is_scrap
           AND (reading.boot, reading.sequence)
               > (told_late.boot, told_late.sequence)
           AND (reading.boot, reading.sequence)
               <= (told_late.next_boot, told_late.next_sequence)
         WHERE told_late.is_numbered AND {is_kept_sql("reading")}),
    now AS MATERIALIZED (
        SELECT reading.*,
               previous.id AS now_previous_id, context.id AS now_context_id,
               CASE WHEN series.is_counter
                    THEN {increment_sql("reading", "previous")}
                    ELSE reading.value END AS now_increment
          FROM touched
          JOIN mfg_edge_reading known USING (id)
          JOIN mfg_edge_series series ON series.id = known.series_id
         CROSS JOIN LATERAL (
             SELECT known.*, series.connector_id, series.equipment, series.source,
                    series.operation) reading
          LEFT JOIN LATERAL (
             SELECT earlier.id, earlier.value, earlier.boot
               FROM mfg_edge_reading earlier
              WHERE series.is_counter AND earlier.series_id = reading.series_id
                AND earlier.is_scrap = reading.is_scrap
                AND {_ORDER.format("earlier")} < {_ORDER.format("reading")}
              ORDER BY boot DESC, sequence DESC, moment DESC, place DESC
              LIMIT 1) previous ON TRUE
          LEFT JOIN LATERAL ({at_sql("reading")}) context
            ON reading.job_order IS NULL),
    changed AS MATERIALIZED (
        SELECT *, COALESCE(increment, 0) AS was,
               -- Its place is another window: the first, or that of another order.
               window_id IS NULL OR now_context_id IS DISTINCT FROM context_id AS moves
          FROM now
         WHERE increment IS NULL OR now_increment <> increment
            OR now_context_id IS DISTINCT FROM context_id),
    entries AS (
        SELECT id, equipment, CASE WHEN increment IS NULL THEN segment END AS segment,
               job_order, operation, now_context_id AS context_id,
               NULL::integer AS corrects_id, now_increment AS amount
          FROM changed WHERE moves
        UNION ALL
        SELECT changed.id, known.equipment, NULL, known.job_order, known.operation,
               known.context_id, known.id,
               CASE WHEN moves THEN -was ELSE now_increment - was END
          FROM changed JOIN mfg_edge_window known ON known.id = changed.window_id),
    pieces AS MATERIALIZED (
        SELECT entry.equipment, entry.segment, entry.job_order, entry.operation,
               entry.context_id, entry.corrects_id, changed.series_id,
               {QUARTER} AS quarter, count(DISTINCT event_row_id) AS event_count,
               COALESCE(sum(amount) FILTER (WHERE NOT is_scrap), 0) AS good,
               COALESCE(sum(amount) FILTER (WHERE is_scrap), 0) AS scrap,
               min(place) AS first_place, max(place) AS last_place,
               min(moment) AS started_at, max(moment) AS ended_at,
               changed.historical
          FROM entries entry JOIN changed USING (id)
         WHERE amount <> 0
         GROUP BY entry.equipment, entry.segment, entry.job_order, entry.operation,
                  entry.context_id, entry.corrects_id, changed.historical,
                  changed.series_id, quarter),
    {INSERT_WINDOWS.format(kind="readings")},
    {INSERT_RANGES},
    settled AS (
        UPDATE mfg_edge_reading reading
           SET increment = changed.now_increment,
               previous_id = changed.now_previous_id,
               context_id = changed.now_context_id,
               window_id = CASE WHEN NOT moves THEN changed.window_id
                                WHEN now_increment <> 0 THEN moved_to.id END
          FROM changed
          LEFT JOIN windows moved_to
            ON moves AND moved_to.corrects_id IS NULL
           AND moved_to.equipment = changed.equipment
           AND moved_to.segment IS NOT DISTINCT FROM
               CASE WHEN changed.increment IS NULL THEN changed.segment END
           AND moved_to.job_order IS NOT DISTINCT FROM changed.job_order
           AND moved_to.operation IS NOT DISTINCT FROM changed.operation
           AND moved_to.context_id IS NOT DISTINCT FROM changed.now_context_id
           AND moved_to.historical = changed.historical
         WHERE reading.id = changed.id)
    SELECT id FROM windows
"""
