"""What a run of the aggregation heard of the devices: the SQL.

Two statements for a run of any size; what they give back is as much as there are
devices and holes in their numbers, however many events there were.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from .event_rows import row_ids
from .protocols.machine_events import DEATH
from .protocols.sequence_gaps import Numbers

#: The events of some batches. Ranges as constants: PostgreSQL picks the days and walks
#: the primary key.
_OF_BATCHES = """
      received_at BETWEEN %(earliest)s AND %(latest)s
      AND id >= %(first_row)s AND id < %(behind_row)s
      AND batch_id = ANY(%(batches)s)
"""


class Island(NamedTuple):
    """Events of one device whose numbers follow each other; all that have no number.

    The moments are of its live events, historical ones and deaths left out, and None
    without any; naive UTC. ``live_last`` is the highest number of a live event.
    """

    source: str
    boot: int | None
    first: int | None
    last: int | None
    count: int
    seen_at: datetime | None
    reported_at: datetime | None
    live_last: int | None

    @property
    def numbers(self) -> Numbers:
        return Numbers(self.first, self.last)


def islands(cr, run: dict) -> list[Island]:
    """What was heard, by source, boot and number."""
    cr.execute(
        f"""
        SELECT source, boot, min(sequence), max(sequence), count(*),
               max(received_at) FILTER (WHERE is_live),
               -- Nobody has heard of the future.
               max(LEAST(event_time, received_at)) FILTER (WHERE is_live),
               max(sequence) FILTER (WHERE is_live)
          FROM (SELECT source, boot, sequence, received_at, event_time,
                       NOT historical AND event_type <> %(death)s AS is_live,
                       sequence - dense_rank() OVER (
                           PARTITION BY source, boot ORDER BY sequence) AS island
                  FROM mfg_edge_event
                 WHERE {_OF_BATCHES}) AS heard
         GROUP BY source, boot, island
         ORDER BY source, boot, min(sequence)
        """,
        {**run, "death": DEATH},
    )
    return [Island(*row) for row in cr.fetchall()]


def speakers(cr, run: dict) -> dict[str, str]:
    """Who spoke last, live, for each machine: ``{equipment: source}``."""
    cr.execute(
        f"""
        SELECT equipment, source
          FROM mfg_edge_event
         WHERE {_OF_BATCHES} AND equipment IS NOT NULL AND NOT historical
         GROUP BY equipment, source
         ORDER BY max(id)
        """,
        run,
    )
    return dict(cr.fetchall())


def run_of(cr, batch_ids: Sequence[int]) -> dict:
    """The batches of a run, and where their events lie.

    :return: with ``latest``, when the last of them came
    """
    cr.execute(
        "SELECT min(received_at), max(received_at) FROM mfg_edge_batch"
        " WHERE id = ANY(%s)",
        (list(batch_ids),),
    )
    earliest, latest = cr.fetchone()
    first_row, _behind = row_ids(min(batch_ids))
    _first, behind_row = row_ids(max(batch_ids))
    return {
        "earliest": earliest,
        "latest": latest,
        "first_row": first_row,
        "behind_row": behind_row,
        "batches": list(batch_ids),
    }
