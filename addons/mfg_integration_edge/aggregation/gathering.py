"""Which windows are told now, and which take what is counted next.

A machine that tells every piece would make a posting of every piece. So a window whose
order is named gathers for a while: until its time is up, or its equipment tells
something else, which no count may cross. It is summed, and proves what is in it, from
its first count on; only its order hears of it later.

What names no order is not gathered: it is for whatever runs there when it is told.
"""

from collections.abc import Iterable
from datetime import datetime

from ..protocols.windowing import OpenWindow, Told, due
from .windows import TARGET


def told_now(
    cr, connector_id: int, fresh: list[int], told: Iterable[Told], now: datetime
) -> list[int]:
    """Ids of the windows of a connector that are told now.

    :param fresh: windows that this run wrote
    :param told: the told events of this run
    :param now: naive UTC
    """
    cr.execute(
        """
        SELECT id, equipment, segment, corrects_id, gathers_until
          FROM mfg_edge_window
         WHERE connector_id = %(connector_id)s AND gathers_until IS NOT NULL
        UNION
        SELECT id, equipment, segment, corrects_id, gathers_until
          FROM mfg_edge_window
         WHERE id = ANY(%(fresh)s)
         ORDER BY id
        """,
        {"connector_id": connector_id, "fresh": fresh},
    )
    windows = [OpenWindow(*row) for row in cr.fetchall()]
    ids = due(windows, told, now)
    gather_on = {window.id for window in windows if window.segment} - set(ids)
    if gather_on:
        # The next run counts anew what is told.
        cr.execute(
            "UPDATE mfg_edge_window SET segment = 0 WHERE id = ANY(%s)",
            (list(gather_on),),
        )
    return ids


def named(cr, now: datetime) -> list[tuple[int, int, str]]:
    """What gathers at live connectors: ids, companies, and what names the orders."""
    cr.execute(
        f"""
        SELECT window_.id, connector.company_id, {TARGET}
          FROM mfg_edge_window window_
          JOIN mfg_connector connector ON connector.id = window_.connector_id
          LEFT JOIN mfg_edge_context context ON context.id = window_.context_id
         WHERE window_.gathers_until > %s AND window_.corrects_id IS NULL
           AND connector.state = 'live'
        """,
        (now,),
    )
    return cr.fetchall()


def next_at(cr, connector_id: int) -> datetime | None:
    """When the first window of a connector has gathered, naive UTC."""
    cr.execute(
        "SELECT min(gathers_until) FROM mfg_edge_window"
        " WHERE connector_id = %s AND gathers_until IS NOT NULL",
        (connector_id,),
    )
    return cr.fetchone()[0]
