"""Key figures of a work center in a shift, from time elements and quantities.

Source: ISO 22400-2, "Key performance indicators for manufacturing operations
management": time elements PBT (planned busy time), APT (actual production time), PRI
(planned run time per item); quantities PQ (produced), GQ (good); availability
= APT / PBT, effectiveness = PRI * PQ / APT, quality ratio = GQ / PQ, OEE index = their
product.

The standard knows no time of which nothing is known. Here it is an element of its own:
it counts neither as production nor as standstill, availability is that of the rest of
the planned time, and the figures say that they are not complete.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from .state_history import PRODUCING, UNKNOWN, Segment


class Elements(NamedTuple):
    """How the time of a shift was spent, each in seconds.

    :ivar planned_busy_s: PBT; includes what is unknown
    :ivar production_s: APT
    :ivar down_s: planned to be busy, and known not to produce
    :ivar unknown_s: planned to be busy, and nobody knows
    """

    planned_busy_s: float
    production_s: float
    down_s: float
    unknown_s: float


class Figures(NamedTuple):
    """The key figures, each 1.0 for 100 %; None where they cannot be computed."""

    availability: float | None
    effectiveness: float | None
    quality: float | None
    oee: float | None
    is_complete: bool


def elements(
    found: Iterable[Segment], planned: Iterable[tuple[datetime, datetime]]
) -> Elements:
    """The time elements of one machine.

    :param found: what it did in the shift, without a gap
    :param planned: from when to when it is planned to be busy: the shift without its
        breaks. A machine that produces in a break is busy then; what else it does in
        a break is no loss.
    """
    planned = list(planned)
    planned_time = sum((end - begin for begin, end in planned), timedelta())
    spent = {PRODUCING: timedelta(), UNKNOWN: timedelta(), "": timedelta()}
    extra = timedelta()
    for segment in found:
        inside = sum((_common(segment, *span) for span in planned), timedelta())
        kind = segment.state if segment.state in spent else ""
        spent[kind] += inside
        if segment.state == PRODUCING:
            extra += segment.duration - inside
    return Elements(
        (planned_time + extra).total_seconds(),
        (spent[PRODUCING] + extra).total_seconds(),
        spent[""].total_seconds(),
        spent[UNKNOWN].total_seconds(),
    )


def of_planned_run(
    *,
    pbt: float,
    apt: float,
    planned_run: float | None,
    pq: float,
    gq: float,
    unknown=0.0,
) -> Figures:
    """The key figures; times in one unit, whichever it is.

    :param planned_run: the sum of PRI * PQ of all items that were made; None when
        nobody planned a run time
    :param unknown: the part of ``pbt`` of which nothing is known
    """
    known = pbt - unknown
    availability = _ratio(apt, known)
    effectiveness = None if planned_run is None else _ratio(planned_run, apt)
    quality = _ratio(gq, pq)
    oee = None
    if None not in (availability, effectiveness, quality):
        oee = availability * effectiveness * quality
    elif apt == 0 and known > 0:
        # Nothing was produced in time of which all is known: no unknown factor helps.
        oee = 0.0
    return Figures(availability, effectiveness, quality, oee, unknown == 0)


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def _common(segment: Segment, begin: datetime, end: datetime) -> timedelta:
    """How long a segment lies between two moments."""
    return max(min(segment.end, end) - max(segment.begin, begin), timedelta())
