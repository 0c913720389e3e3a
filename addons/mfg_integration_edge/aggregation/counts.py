"""Counts that name their order: one window per order and stretch, in one statement."""

from ..protocols.machine_events import COUNT, CYCLE
from .run import EVENTS, MOMENT, PLACE, Run
from .windows import INSERT_RANGES, INSERT_WINDOWS, QUARTER

#: Good units of a count. A cycle that tells no quantity made one.
GOOD = f"""
    CASE WHEN event.event_type = '{CYCLE}' AND event.good_quantity IS NULL
              AND event.scrap_quantity IS NULL
         THEN 1 ELSE COALESCE(event.good_quantity, 0) END
"""
SCRAP = "COALESCE(event.scrap_quantity, 0)"
#: Which events are summed by their range, without a row of their own.
DIRECT = f"(event.event_type IN ('{COUNT}', '{CYCLE}') AND event.job_order IS NOT NULL)"


def post(cr, run: Run, told_types: list[str]) -> list[int]:
    """Write the windows over the counts of a run that name their order.

    A window is the counts of one equipment, order and operation between two events
    of that equipment which the inbox is told one by one.

    :return: ids of the windows
    """
    cr.execute(
        f"""
        WITH raw AS (
            SELECT {PLACE} AS place, event.equipment, event.job_order,
                   event.operation, {MOMENT} AS moment, event.historical,
                   {GOOD} AS good, {SCRAP} AS scrap,
                   event.event_type = ANY(%(told)s) AS is_told
              FROM {EVENTS}
               AND ({DIRECT} OR event.event_type = ANY(%(told)s))),
        placed AS (
            SELECT *, count(*) FILTER (WHERE is_told)
                          OVER (PARTITION BY equipment ORDER BY place) AS segment
              FROM raw),
        pieces AS MATERIALIZED (
            SELECT equipment, segment, job_order, operation,
                   NULL::integer AS context_id, NULL::integer AS corrects_id,
                   NULL::integer AS series_id,
                   {QUARTER} AS quarter, count(*) AS event_count,
                   sum(good) AS good, sum(scrap) AS scrap,
                   min(place) AS first_place, max(place) AS last_place,
                   min(moment) AS started_at, max(moment) AS ended_at, historical
              FROM placed WHERE NOT is_told
             GROUP BY equipment, segment, job_order, operation, historical, quarter),
        {INSERT_WINDOWS.format(kind="counts")},
        {INSERT_RANGES}
        SELECT id FROM windows
        """,
        run.values(told=told_types),
    )
    return [window_id for (window_id,) in cr.fetchall()]
