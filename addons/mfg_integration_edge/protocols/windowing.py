"""In which order the inbox hears of machine events and of what was counted.

Thousands of counts say one thing together. A state change is heard of one to one, and
no count may cross it: what was counted before a fault reaches the order before the
fault does.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import Protocol


@dataclass(frozen=True)
class Told:
    """An event that the inbox is told as it is; ``place`` in the order of aggregation.

    ``equipment`` is None for what a device says of itself.
    """

    place: int
    uuid: str
    equipment: str | None
    envelope: dict = field(repr=False)


class Window(Protocol):
    """What was counted between two told events of one equipment.

    ``segment`` is how many of them precede it in the run, None for what follows all.
    """

    equipment: str
    segment: int | None
    first_place: int


@dataclass(frozen=True)
class OpenWindow:
    """A window that nobody was told of yet.

    :param segment: as of :class:`Window`; 0 where an earlier run opened it
    :param corrects_id: the window that it corrects
    :param gathers_until: naive UTC, None where it has nothing to wait for
    """

    id: int
    equipment: str
    segment: int | None
    corrects_id: int | None
    gathers_until: datetime | None


def due(
    windows: Iterable[OpenWindow], told: Iterable[Told], now: datetime
) -> list[int]:
    """Ids of the windows that are told now; the others gather on.

    A window has gathered when its time is up, or when something was told of its
    equipment since. A correction waits for what it corrects.

    :param told: the told events of the run
    :param now: naive UTC
    """
    count_told = Counter(event.equipment for event in told)

    def gathers(window):
        return (
            window.gathers_until is not None
            and window.gathers_until > now
            and window.segment is not None
            and window.segment >= count_told[window.equipment]
        )

    windows = list(windows)
    gathering = {window.id for window in windows if gathers(window)}
    return [
        window.id
        for window in windows
        if window.id not in gathering and window.corrects_id not in gathering
    ]


def in_order(told: Iterable[Told], windows: Iterable[Window]) -> list[Told | Window]:
    """What to tell the inbox, in an order that is right for each equipment.

    A window comes right before the told event that ended it, or at the end; several
    windows in the order of their first count.
    """
    events = sorted(told, key=lambda event: event.place)
    places = defaultdict(list)
    for event in events:
        places[event.equipment].append(event.place)

    def ended_at(window):
        known = places[window.equipment]
        if window.segment is None or window.segment >= len(known):
            return inf
        return known[window.segment]

    keyed = [((event.place, 1, 0), event) for event in events]
    keyed += [((ended_at(w), 0, w.first_place), w) for w in windows]
    return [thing for _key, thing in sorted(keyed, key=lambda pair: pair[0])]
