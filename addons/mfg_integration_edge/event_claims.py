"""Claiming the ids of events: who claims an id first stores the event.

The narrow table ``mfg_edge_event_digest`` knows the ids longer than the events are
kept. Claims wait for those of requests that run at the same time, and are made in the
order of the ids by everybody, so that nobody waits in a circle.
"""

import struct
from collections.abc import Mapping, Sequence

from psycopg2.errors import UniqueViolation

from .event_rows import copy
from .protocols.machine_event import EdgeEvent

#: Fewer events are claimed one statement earlier.
WORTH_A_COPY = 32

_COPY = "COPY mfg_edge_event_digest (uuid, event_row_id) FROM STDIN (FORMAT binary)"
_ROW = struct.Struct(">hi16siq")


def take_all(cr, events: Sequence[EdgeEvent], first_row_id: int) -> bool:
    """Claim the ids of all these events; False, and nothing is claimed, when one is
    known already or is there twice.

    Most requests hold new events only, and a COPY of their ids costs a third of
    statements that expect to find some.
    """
    if len(events) < WORTH_A_COPY or len({event.key for event in events}) < len(events):
        return False
    samples = [events[place].uuid for place in (0, len(events) // 2, -1)]
    if known(cr, samples):
        # A repeat, as nearly always; what remains is no fault for the server's log.
        return False
    rows = [
        _ROW.pack(2, 16, event.key, 8, row_id)
        for row_id, event in enumerate(events, start=first_row_id)
    ]
    rows.sort()
    try:
        with cr.savepoint(flush=False):
            copy(cr, _COPY, rows)
    except UniqueViolation:
        return False
    return True


def take_new(cr, row_id_of: Mapping[str, int]) -> set[str]:
    """Claim those ids that nobody has claimed.

    :param row_id_of: row ids by uuid
    :return: the uuids that were claimed
    """
    cr.execute(
        """
        INSERT INTO mfg_edge_event_digest (uuid, event_row_id)
        SELECT uuid, id FROM unnest(%s::uuid[], %s::bigint[]) AS sent (uuid, id)
         ORDER BY uuid
        ON CONFLICT (uuid) DO NOTHING
        RETURNING uuid
        """,
        (f"{{{','.join(row_id_of)}}}", list(row_id_of.values())),
    )
    return {uuid for (uuid,) in cr.fetchall()}


def known(cr, uuids: Sequence[str]) -> bool:
    """Whether one of these ids is claimed, as far as that is committed."""
    cr.execute(
        "SELECT FROM mfg_edge_event_digest WHERE uuid = ANY(%s::uuid[]) LIMIT 1",
        (list(uuids),),
    )
    return bool(cr.rowcount)
