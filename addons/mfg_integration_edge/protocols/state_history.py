"""What a machine was doing when, from the moments at which it changed its state.

A history is a list of points. A point says from when on a state holds; it holds until
the next point, whatever order the points came in, so that a late one cuts exactly the
time that is its own. Before the first point, and from a point of the state
:data:`UNKNOWN` on, nobody knows: that is a state of its own and never idle time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

#: The one state that no machine tells: nobody knows what it does.
UNKNOWN = "Unknown"
#: The one PackML state in which a machine produces.
PRODUCING = "Execute"


class Point(NamedTuple):
    """From when on a machine is in a state.

    :ivar boot: start of the sender, see :mod:`.machine_sequence`; None = not told
    :ivar sequence: number of the event since then; None = not told
    :ivar row_id: order of arrival, which decides last
    :ivar is_fault: whether the state was told together with what broke
    """

    at: datetime
    state: str
    boot: int | None = None
    sequence: int | None = None
    row_id: int = 0
    is_fault: bool = False

    @property
    def place(self) -> tuple:
        """By this, points of one machine are in order; not told goes first."""
        return (
            self.at,
            -1 if self.boot is None else self.boot,
            -1 if self.sequence is None else self.sequence,
            self.row_id,
        )


class Segment(NamedTuple):
    """A time in which a machine was in one state: from ``begin`` to before ``end``."""

    state: str
    begin: datetime
    end: datetime

    @property
    def duration(self) -> timedelta:
        return self.end - self.begin


def segments(points: Iterable[Point], begin: datetime, end: datetime) -> list[Segment]:
    """What the machine did between two moments, without a gap.

    :param points: in any order; the last one at or before ``begin`` has to be there
    :return: in order of time, no two neighbours of the same state
    """
    found: list[Segment] = []
    state, since = UNKNOWN, begin
    for point in sorted(points, key=lambda point: point.place):
        at = min(max(point.at, begin), end)
        if at > since:
            _add(found, Segment(state, since, at))
        state, since = point.state, at
    if end > since:
        _add(found, Segment(state, since, end))
    return found


def _add(found: list[Segment], segment: Segment) -> None:
    """Append, or lengthen the last one when it is of the same state."""
    if found and found[-1].state == segment.state:
        segment = Segment(segment.state, found.pop().begin, segment.end)
    found.append(segment)


def seconds(found: Iterable[Segment]) -> dict[str, float]:
    """``{state: seconds}``, summed in whole microseconds before anything is rounded."""
    spans: dict[str, timedelta] = {}
    for segment in found:
        spans[segment.state] = spans.get(segment.state, timedelta()) + segment.duration
    return {state: span.total_seconds() for state, span in spans.items()}
