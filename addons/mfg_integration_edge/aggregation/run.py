"""One run of the aggregator: which raw events are in it, and where they belong.

An event's *place* is one number: the position of its batch in the order of
aggregation, and its number within the batch. It only grows, no two events of a
connector share it, and a range of it is what a window is made of.
"""

from dataclasses import dataclass
from datetime import datetime

from ..event_rows import ITEM_BITS, row_ids

#: The place of an event, where ``event`` and ``batch`` are joined as in ``EVENTS``.
PLACE = (
    f"((batch.position::bigint << {ITEM_BITS}) | (event.id & {(1 << ITEM_BITS) - 1}))"
)
#: When it happened, as far as its sender says so.
MOMENT = "COALESCE(event.event_time, event.received_at)"
#: The raw events of a run. Ranges as constants: PostgreSQL picks the days and walks
#: the primary key.
EVENTS = """
    mfg_edge_event event
    JOIN mfg_edge_batch batch ON batch.id = event.batch_id
   WHERE event.received_at BETWEEN %(earliest)s AND %(latest)s
     AND event.id >= %(first_row_id)s AND event.id < %(behind_row_id)s
     AND event.batch_id = ANY(%(batch_ids)s)
"""


@dataclass(frozen=True)
class Run:
    """Whose events one run turns into inbox events, and which batches.

    :param gathers_until: how long the windows that it opens may gather, naive UTC;
        None for not at all
    """

    connector_id: int
    batch_ids: tuple[int, ...]
    gathers_until: datetime | None
    earliest: datetime
    latest: datetime

    @classmethod
    def of(cls, cr, connector_id: int, batch_ids, gathers_until=None) -> "Run":
        """The run over these batches, at least one."""
        cr.execute(
            "SELECT min(received_at), max(received_at) FROM mfg_edge_batch"
            " WHERE id = ANY(%s)",
            (list(batch_ids),),
        )
        return cls(connector_id, tuple(batch_ids), gathers_until, *cr.fetchone())

    def values(self, **more) -> dict:
        """What ``EVENTS`` asks for, by name."""
        return {
            "connector_id": self.connector_id,
            "batch_ids": list(self.batch_ids),
            "gathers_until": self.gathers_until,
            "earliest": self.earliest,
            "latest": self.latest,
            "first_row_id": row_ids(min(self.batch_ids))[0],
            "behind_row_id": row_ids(max(self.batch_ids))[1],
            **more,
        }
