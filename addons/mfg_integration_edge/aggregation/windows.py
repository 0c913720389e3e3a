"""Windows and the ranges in them, as CTEs over the pieces that they are summed from.

``pieces`` has a row per range: ``equipment, segment, job_order, operation, context_id,
corrects_id, historical, series_id, quarter, event_count, good, scrap, first_place,
last_place, started_at, ended_at``. What is equal in the first seven becomes one window:
what was sent afterwards sets nothing off, so that it is told apart from what is live.
``segment`` is how many told events of its equipment came before it in the run.

A window that gathers takes what its equipment counts next for the same; see
:mod:`.gathering`.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ..event_rows import ITEM_BITS

#: The quarter of an hour that a moment lies in, in seconds: a window that spans the
#: end of a shift still says what was made before it, in any time zone.
QUARTER = "(floor(extract(epoch FROM moment) / 900) * 900)::bigint"

_KEYS = "equipment, segment, job_order, operation, context_id, corrects_id, historical"

#: What names the order of a window, where ``context`` is joined; NULL if nothing does.
TARGET = """
    COALESCE(window_.job_order, CASE WHEN context.ended IS NOT TRUE THEN
        COALESCE(context.job_order, context.barcode, context.lot) END)
"""

INSERT_WINDOWS = f"""
    summed AS (
        SELECT {_KEYS}, sum(event_count) AS event_count,
               sum(good) AS good, sum(scrap) AS scrap,
               min(first_place) AS first_place, max(last_place) AS last_place,
               min(started_at) AS started_at, max(ended_at) AS ended_at
          FROM pieces
         GROUP BY {_KEYS}
        -- What others take from it and give to it again is no news for an order.
        HAVING corrects_id IS NULL OR sum(good) <> 0 OR sum(scrap) <> 0),
    windows AS MATERIALIZED (
        SELECT COALESCE(gathering.id,
                        nextval('mfg_edge_window_id_seq')::integer) AS id, summed.*
          FROM summed
          LEFT JOIN mfg_edge_window gathering
            ON gathering.gathers_until IS NOT NULL
           AND gathering.connector_id = %(connector_id)s
           AND gathering.kind = '{{kind}}'
           AND summed.corrects_id IS NULL
           -- Nothing was told of the equipment since.
           AND summed.segment = 0
           AND gathering.equipment = summed.equipment
           AND gathering.job_order IS NOT DISTINCT FROM summed.job_order
           AND gathering.operation IS NOT DISTINCT FROM summed.operation
           AND gathering.context_id IS NOT DISTINCT FROM summed.context_id
           AND gathering.historical = summed.historical),
    written AS (
        INSERT INTO mfg_edge_window AS known
                    (id, connector_id, event_uuid, kind, equipment, job_order,
                     operation, context_id, corrects_id, segment, event_count,
                     good_quantity, scrap_quantity, first_position, last_position,
                     first_place, last_place, started_at, ended_at, historical,
                     gathers_until)
        SELECT window_.id, %(connector_id)s,
               md5('mfg-edge-window/' || window_.id)::uuid::text,
               CASE WHEN corrects_id IS NULL THEN '{{kind}}' ELSE 'correction' END,
               window_.equipment, window_.job_order, window_.operation, context_id,
               corrects_id, segment, event_count, good, scrap,
               first_place >> {ITEM_BITS}, last_place >> {ITEM_BITS}, first_place,
               last_place, window_.started_at, ended_at, historical,
               CASE WHEN corrects_id IS NOT NULL
                    THEN (SELECT gathers_until FROM mfg_edge_window
                           WHERE id = window_.corrects_id)
                    WHEN segment IS NOT NULL AND {TARGET} IS NOT NULL
                    THEN %(gathers_until)s::timestamp END
          FROM windows window_
          LEFT JOIN mfg_edge_context context ON context.id = window_.context_id
        ON CONFLICT (id) DO UPDATE
           SET event_count = known.event_count + excluded.event_count,
               good_quantity = known.good_quantity + excluded.good_quantity,
               scrap_quantity = known.scrap_quantity + excluded.scrap_quantity,
               first_position = LEAST(known.first_position, excluded.first_position),
               last_position = GREATEST(known.last_position, excluded.last_position),
               first_place = LEAST(known.first_place, excluded.first_place),
               last_place = GREATEST(known.last_place, excluded.last_place),
               started_at = LEAST(known.started_at, excluded.started_at),
               ended_at = GREATEST(known.ended_at, excluded.ended_at))
"""

INSERT_RANGES = """
    ranged AS (
        INSERT INTO mfg_edge_window_range
                    (window_id, series_id, quarter_at, event_count, good_quantity,
                     scrap_quantity, first_place, last_place, started_at, ended_at)
        SELECT windows.id, series_id, to_timestamp(quarter) AT TIME ZONE 'UTC',
               pieces.event_count, pieces.good, pieces.scrap, pieces.first_place,
               pieces.last_place, pieces.started_at, pieces.ended_at
          FROM pieces
          JOIN windows
            ON windows.equipment = pieces.equipment
           AND windows.segment IS NOT DISTINCT FROM pieces.segment
           AND windows.job_order IS NOT DISTINCT FROM pieces.job_order
           AND windows.operation IS NOT DISTINCT FROM pieces.operation
           AND windows.context_id IS NOT DISTINCT FROM pieces.context_id
           AND windows.corrects_id IS NOT DISTINCT FROM pieces.corrects_id
           AND windows.historical = pieces.historical)
"""


@dataclass(frozen=True)
class PostedWindow:
    """A window as it is told to the inbox.

    :param segment: how many told events of its equipment precede it in the run; None
        for what follows all of them
    :param target: what tells its lane from others of the equipment: the order, or
        what was scanned for it; None where nobody named anything
    :param envelope: that of its last raw event, None where that is gone
    """

    id: int
    uuid: str
    equipment: str
    segment: int | None
    first_place: int
    job_order: str | None
    operation: str | None
    target: str | None
    good: Decimal
    scrap: Decimal
    ended_at: datetime
    historical: bool
    is_correction: bool
    envelope: dict | None


def read(cr, window_ids: list[int]) -> list[PostedWindow]:
    """The windows with these ids, which gather no more.

    They get the ids of their first and last event.
    """
    if not window_ids:
        return []
    cr.execute(
        f"""
        UPDATE mfg_edge_window proof
           SET first_event_id = first.event_id, last_event_id = last.event_id,
               gathers_until = NULL
          FROM mfg_edge_window window_
          LEFT JOIN mfg_edge_context context ON context.id = window_.context_id
          LEFT JOIN LATERAL ({_event_at("first_place")}) first ON TRUE
          LEFT JOIN LATERAL ({_event_at("last_place")}) last ON TRUE
         WHERE proof.id = window_.id AND window_.id = ANY(%s)
        RETURNING window_.id, window_.event_uuid, window_.equipment, window_.segment,
                  window_.first_place, window_.job_order, window_.operation, {TARGET},
                  -- As text: Odoo's cursor reads decimals as binary fractions.
                  window_.good_quantity::text, window_.scrap_quantity::text,
                  window_.ended_at, window_.historical,
                  window_.corrects_id IS NOT NULL, last.envelope
        """,
        (window_ids,),
    )
    return [
        PostedWindow(*row[:8], Decimal(row[8]), Decimal(row[9]), *row[10:])
        for row in cr.fetchall()
    ]


def _event_at(column: str) -> str:
    """The raw event at a place, as long as it is kept."""
    return f"""
        SELECT event.event_id, event.envelope
          FROM mfg_edge_batch batch
          JOIN mfg_edge_event event
            ON event.id = (batch.id::bigint << {ITEM_BITS})
                          | (window_.{column} & {(1 << ITEM_BITS) - 1})
           AND event.received_at = batch.received_at
         WHERE batch.connector_id = window_.connector_id
           AND batch.position = window_.{column} >> {ITEM_BITS}
    """
