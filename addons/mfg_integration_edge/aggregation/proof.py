"""What the raw events say about windows and orders: one query each.

Nothing here reads what the aggregation summed: counts are added up again from the raw
table, and each reading's increment is computed again from the raw reading before it.
"""

from dataclasses import dataclass
from decimal import Decimal

from .. import event_partitions
from ..event_rows import ITEM_BITS
from ..protocols.machine_events import COUNT, COUNTER, CYCLE
from .counts import GOOD, SCRAP
from .increments import increment_sql, is_kept_sql
from .run import PLACE

#: Raw counts of a window of kind *counts*: those of its keys between its places.
_COUNTED = f"""
    SELECT count(event.id) AS event_count, sum({GOOD}) AS good, sum({SCRAP}) AS scrap
      FROM mfg_edge_batch batch
      JOIN mfg_edge_event event
        ON event.batch_id = batch.id AND event.received_at = batch.received_at
       AND event.id >= batch.id::bigint << {ITEM_BITS}
       AND event.id < (batch.id + 1)::bigint << {ITEM_BITS}
     WHERE proof.kind = 'counts' AND batch.connector_id = proof.connector_id
       AND batch.position BETWEEN proof.first_position AND proof.last_position
       AND event.event_type IN ('{COUNT}', '{CYCLE}')
       AND event.equipment = proof.equipment
       AND event.job_order IS NOT DISTINCT FROM proof.job_order
       AND event.operation IS NOT DISTINCT FROM proof.operation
       -- Those that are live and those that were sent afterwards may alternate.
       AND event.historical = COALESCE(proof.historical, FALSE)
       AND {PLACE} BETWEEN proof.first_place AND proof.last_place
"""


def _value(reading: str, event: str) -> str:
    """The raw event's quantity; that of the reading once the event is not kept."""
    own = (
        f"CASE WHEN {event}.event_type = '{COUNTER}' THEN"
        f" CASE WHEN {reading}.is_scrap THEN {event}.scrap_quantity"
        f" ELSE {event}.good_quantity END"
        f" WHEN {reading}.is_scrap THEN {SCRAP.replace('event.', event + '.')}"
        f" ELSE {GOOD.replace('event.', event + '.')} END"
    )
    return (
        f"CASE WHEN {reading}.received_at::date <> ALL(%(days)s) THEN {reading}.value"
        f" WHEN {event}.id IS NOT NULL THEN {own} END"
    )


#: Raw readings of a window of kind *readings*: what those that name it add.
_READ = f"""
    SELECT count(DISTINCT event_row_id) AS event_count,
           COALESCE(sum(adds) FILTER (WHERE NOT is_scrap), 0) AS good,
           COALESCE(sum(adds) FILTER (WHERE is_scrap), 0) AS scrap
      FROM (
          SELECT known.event_row_id, known.is_scrap,
                 CASE WHEN series.is_counter
                      THEN {increment_sql("reading", "previous")}
                      ELSE reading.value END AS adds
            FROM mfg_edge_reading known
            JOIN mfg_edge_series series ON series.id = known.series_id
            LEFT JOIN mfg_edge_event event
              ON event.id = known.event_row_id
             AND event.received_at = known.received_at
            LEFT JOIN LATERAL (
                SELECT * FROM mfg_edge_reading earlier
                 WHERE series.is_counter AND earlier.series_id = known.series_id
                   AND earlier.is_scrap = known.is_scrap
                   AND (earlier.boot, earlier.sequence, earlier.moment, earlier.place)
                       < (known.boot, known.sequence, known.moment, known.place)
                 ORDER BY boot DESC, sequence DESC, moment DESC, place DESC
                 LIMIT 1) earlier ON TRUE
            LEFT JOIN mfg_edge_event before
              ON before.id = earlier.event_row_id
             AND before.received_at = earlier.received_at
           CROSS JOIN LATERAL (SELECT known.boot, known.rollover_at,
                                      {_value("known", "event")} AS value) reading
           CROSS JOIN LATERAL (SELECT earlier.boot,
                                      {_value("earlier", "before")} AS value) previous
           WHERE proof.kind = 'readings' AND known.window_id = proof.id) added
"""

_BATCH = """
    SELECT 1 FROM mfg_edge_batch batch WHERE batch.connector_id = proof.connector_id
"""

#: Whether all that a window was made of is still there. Days go as a whole, but not in
#: a row: one with events that nobody has aggregated yet stays. Readings go after the
#: batch that they came in.
_IS_KEPT = f"""
    CASE proof.kind
    WHEN 'counts' THEN EXISTS ({_BATCH} AND batch.position = proof.first_position)
        AND NOT EXISTS ({_BATCH} AND batch.received_at::date <> ALL(%(days)s)
                 AND batch.position BETWEEN proof.first_position
                                        AND proof.last_position)
    WHEN 'readings' THEN EXISTS ({_BATCH} AND batch.position = proof.first_position)
        AND NOT EXISTS (
            SELECT 1 FROM mfg_edge_reading known
             WHERE known.window_id = proof.id AND NOT {is_kept_sql("known")})
    ELSE TRUE END
"""

#: Each window with what it and its corrections say, and what the raw events say.
_COMPARED = f"""
    SELECT proof.*, total.good AS said_good, total.scrap AS said_scrap,
           CASE proof.kind WHEN 'counts' THEN counted.event_count
                           WHEN 'readings' THEN read.event_count
                           ELSE proof.event_count END AS raw_count,
           CASE proof.kind WHEN 'counts' THEN counted.good
                           WHEN 'readings' THEN read.good
                           ELSE total.good END AS raw_good,
           CASE proof.kind WHEN 'counts' THEN counted.scrap
                           WHEN 'readings' THEN read.scrap
                           ELSE total.scrap END AS raw_scrap,
           {_IS_KEPT} AS is_kept
      FROM mfg_edge_window proof
     CROSS JOIN LATERAL (
         SELECT proof.good_quantity + COALESCE(sum(late.good_quantity), 0) AS good,
                proof.scrap_quantity + COALESCE(sum(late.scrap_quantity), 0) AS scrap
           FROM mfg_edge_window late WHERE late.corrects_id = proof.id) total
     CROSS JOIN LATERAL ({_COUNTED}) counted
     CROSS JOIN LATERAL ({_READ}) read
     WHERE proof.corrects_id IS NULL
"""


#: The windows that stand for those with these ids.
_JUDGED = """
    proof.id IN (SELECT COALESCE(corrects_id, id) FROM mfg_edge_window
                  WHERE id = ANY(%(ids)s))
"""


def _values(cr, **more) -> dict:
    """What the queries ask for: the days whose raw events are kept."""
    return {"days": event_partitions.days(cr), **more}


def contradictions(cr, window_ids) -> list[tuple]:
    """Windows that the raw events do not confirm: none, or a fault.

    A window that corrects another is judged with it. Windows whose raw events are not
    kept any more cannot be judged.

    :return: ``[(window id, posted good, counted good, posted scrap, counted
        scrap)]``, quantities as decimals in text
    """
    cr.execute(
        f"""
        SELECT id, said_good::text, raw_good::text, said_scrap::text, raw_scrap::text
          FROM ({_COMPARED}
                AND {_JUDGED}) compared
         WHERE is_kept
           AND (said_good IS DISTINCT FROM raw_good
                OR said_scrap IS DISTINCT FROM raw_scrap
                OR kind = 'counts' AND event_count <> raw_count)
         ORDER BY id
        """,
        _values(cr, ids=list(window_ids)),
    )
    return cr.fetchall()


def kept(cr, window_ids) -> tuple[int, int, int]:
    """How many windows can be judged, their events, and how many windows cannot.

    A window that corrects another is judged with it.
    """
    cr.execute(
        f"""
        SELECT count(*) FILTER (WHERE is_kept),
               COALESCE(sum(event_count) FILTER (WHERE is_kept), 0),
               count(*) FILTER (WHERE NOT is_kept)
          FROM (SELECT event_count, {_IS_KEPT} AS is_kept
                  FROM mfg_edge_window proof
                 WHERE {_JUDGED}) compared
        """,
        _values(cr, ids=list(window_ids)),
    )
    return cr.fetchone()


@dataclass(frozen=True)
class OrderProof:
    """What the raw events, the windows and the order itself say about an order.

    :param raw_count: raw events in its windows
    :param kept_count: windows that the raw events can be compared with; one is judged
        together with its corrections
    :param unkept_count: windows whose raw events are not kept any more; they are taken
        at their word
    :param coming_good: corrections of its windows that it has not got yet
    """

    order_id: int
    window_count: int
    kept_count: int
    unkept_count: int
    raw_count: int
    raw_good: Decimal
    raw_scrap: Decimal
    coming_good: Decimal
    coming_scrap: Decimal
    window_good: Decimal
    window_scrap: Decimal
    order_good: Decimal
    order_scrap: Decimal

    @property
    def raw_agrees(self) -> bool:
        """Whether the raw events say what the windows and what still comes say."""
        return (self.raw_good, self.raw_scrap) == (
            self.window_good + self.coming_good,
            self.window_scrap + self.coming_scrap,
        )

    @property
    def order_agrees(self) -> bool:
        """Whether the order has what its windows say."""
        return (self.order_good, self.order_scrap) == (
            self.window_good,
            self.window_scrap,
        )


def of_orders(cr, order_ids) -> list[OrderProof]:
    """The proof of what machines made for these orders, by one query."""
    cr.execute(
        f"""
        WITH compared AS (
            {_COMPARED} AND proof.production_id = ANY(%(ids)s) AND proof.is_output),
        raw AS (
            SELECT production_id, count(*) FILTER (WHERE is_kept) AS kept,
                   count(*) FILTER (WHERE NOT is_kept) AS unkept,
                   sum(CASE WHEN is_kept THEN raw_count ELSE event_count END) AS events,
                   sum(CASE WHEN is_kept THEN raw_good ELSE said_good END) AS good,
                   sum(CASE WHEN is_kept THEN raw_scrap ELSE said_scrap END) AS scrap
              FROM compared GROUP BY production_id),
        coming AS (
            SELECT compared.production_id, sum(late.good_quantity) AS good,
                   sum(late.scrap_quantity) AS scrap
              FROM compared JOIN mfg_edge_window late ON late.corrects_id = compared.id
             WHERE late.production_id IS NULL GROUP BY compared.production_id),
        posted AS (
            SELECT production_id, count(*) AS windows, sum(good_quantity) AS good,
                   sum(scrap_quantity) AS scrap
              FROM mfg_edge_window
             WHERE production_id = ANY(%(ids)s) AND is_output GROUP BY production_id)
        SELECT mo.id, COALESCE(posted.windows, 0), COALESCE(raw.kept, 0),
               COALESCE(raw.unkept, 0), COALESCE(raw.events, 0),
               COALESCE(raw.good, 0)::text, COALESCE(raw.scrap, 0)::text,
               COALESCE(coming.good, 0)::text, COALESCE(coming.scrap, 0)::text,
               COALESCE(posted.good, 0)::text, COALESCE(posted.scrap, 0)::text,
               COALESCE(mo.mfg_good_quantity, 0)::text,
               COALESCE(mo.mfg_scrap_quantity, 0)::text
          FROM mrp_production mo
          LEFT JOIN raw ON raw.production_id = mo.id
          LEFT JOIN coming ON coming.production_id = mo.id
          LEFT JOIN posted ON posted.production_id = mo.id
         WHERE mo.id = ANY(%(ids)s)
         ORDER BY mo.id
        """,
        _values(cr, ids=list(order_ids)),
    )
    return [
        OrderProof(*map(int, row[:5]), *map(Decimal, row[5:])) for row in cr.fetchall()
    ]
