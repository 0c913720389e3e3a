"""Missing numbers of devices as rows: the SQL.

Numbers are wider than Odoo's integers and exact here only; the ORM shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from psycopg2.extras import execute_values

from .protocols.sequence_gaps import Numbers, left_of

#: What came late is no answer to a question yet: the rest may be on its way, too.
_REST_ON_ITS_WAY = timedelta(seconds=30)


def prepare(cr) -> None:
    """Make what Odoo does not: the highest number of each start, and an index."""
    cr.execute(
        """
        CREATE TABLE IF NOT EXISTS mfg_edge_device_boot (
            device_id integer NOT NULL
                REFERENCES mfg_edge_device ON DELETE CASCADE,
            boot integer NOT NULL,
            highest bigint NOT NULL,
            PRIMARY KEY (device_id, boot));
        CREATE INDEX IF NOT EXISTS mfg_edge_gap_missing_index
            ON mfg_edge_gap (device_id, boot, first_missing) WHERE state <> 'filled';
        CREATE INDEX IF NOT EXISTS mfg_edge_gap_due_index
            ON mfg_edge_gap (next_ask_at) WHERE state = 'open'
        """
    )


def highest(cr, device_ids: Iterable[int]) -> dict[tuple[int, int], int]:
    """The highest number seen: ``{(device id, boot): number}``."""
    cr.execute(
        "SELECT device_id, boot, highest FROM mfg_edge_device_boot"
        " WHERE device_id = ANY(%s)",
        (list(device_ids),),
    )
    return {(device_id, boot): number for device_id, boot, number in cr.fetchall()}


def write_highest(cr, numbers: Mapping[tuple[int, int], int]) -> None:
    """Keep the highest numbers that were seen."""
    execute_values(
        # Odoo's cursor delegates to psycopg2's, which execute_values needs.
        cr._obj,
        """
        INSERT INTO mfg_edge_device_boot AS known (device_id, boot, highest) VALUES %s
        ON CONFLICT (device_id, boot) DO UPDATE
           SET highest = GREATEST(known.highest, excluded.highest)
        """,
        [(*key, number) for key, number in sorted(numbers.items())],
    )


def insert(
    cr,
    connector_id: int,
    missing: Sequence[tuple[int, int, Numbers]],
    now: datetime,
    *,
    ask_at: datetime,
) -> None:
    """Keep what is missing: device id, boot and numbers of each gap."""
    if not missing:
        return
    execute_values(
        cr._obj,
        """
        INSERT INTO mfg_edge_gap
                    (device_id, boot, first_missing, last_missing, connector_id,
                     state, found_at, changed_at, asked_count, next_ask_at)
        VALUES %s
        """,
        [
            (device_id, boot, gap.first, gap.last, connector_id, now, now, ask_at)
            for device_id, boot, gap in missing
        ],
        template="(%s, %s, %s, %s, %s, 'open', %s, %s, 0, %s)",
    )


def fill(cr, device_id: int, boot: int, seen: Sequence[Numbers], now: datetime) -> None:
    """Shrink, split or end the gaps that numbers belong to which were seen now.

    :param seen: in their order and apart from each other
    """
    cr.execute(
        """
        SELECT id, first_missing::bigint, last_missing::bigint
          FROM mfg_edge_gap
         WHERE device_id = %s AND boot = %s AND state <> 'filled'
           AND first_missing <= %s AND last_missing >= %s
         ORDER BY first_missing
        """,
        (device_id, boot, seen[-1].last, seen[0].first),
    )
    for gap_id, first, last in cr.fetchall():
        missing = Numbers(first, last)
        left = left_of(missing, seen)
        if left != [missing]:
            _shrink(cr, gap_id, left, now)


def _shrink(cr, gap_id: int, left: Sequence[Numbers], now: datetime) -> None:
    """Leave of a gap what is missing still; the rows of its parts are alike."""
    if not left:
        cr.execute(
            "UPDATE mfg_edge_gap SET state = 'filled', changed_at = %s,"
            " next_ask_at = NULL WHERE id = %s",
            (now, gap_id),
        )
        return
    cr.execute(
        """
        UPDATE mfg_edge_gap
           SET first_missing = %s, last_missing = %s, changed_at = %s,
               next_ask_at = GREATEST(next_ask_at, %s)
         WHERE id = %s
        """,
        (left[0].first, left[0].last, now, now + _REST_ON_ITS_WAY, gap_id),
    )
    for part in left[1:]:
        cr.execute(
            """
            INSERT INTO mfg_edge_gap
                        (device_id, connector_id, boot, first_missing, last_missing,
                         state, found_at, changed_at, asked_count, asked_at,
                         next_ask_at, closed_by_id, note)
            SELECT device_id, connector_id, boot, %s, %s, state, found_at, changed_at,
                   asked_count, asked_at, next_ask_at, closed_by_id, note
              FROM mfg_edge_gap WHERE id = %s
            """,
            (part.first, part.last, gap_id),
        )


def ranges(cr, gap_ids: Sequence[int]) -> list[dict]:
    """Gaps as they are asked for: ``[{"boot", "first", "last"}]``, in their order."""
    cr.execute(
        """
        SELECT boot, first_missing::bigint, last_missing::bigint FROM mfg_edge_gap
         WHERE id = ANY(%s) ORDER BY boot, first_missing
        """,
        (list(gap_ids),),
    )
    return [
        {"boot": boot, "first": first, "last": last}
        for boot, first, last in cr.fetchall()
    ]
