"""What the reports of one operation say about its timer.

The timer is not switched, it is worked out: from all reports of the operation in the
order of their moments. So what comes late, twice or in another order ends where the
right order does, and one timer at most is open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

OPENS = ("start", "resume")
CLOSES = ("pause", "stop", "complete")

APPLIED, HELD, NO_EFFECT = "applied", "held", "no_effect"


@dataclass(frozen=True)
class Said:
    """One report: ``number`` tells it from others and orders those of one moment."""

    number: int
    action: str
    at: datetime


@dataclass(frozen=True)
class Interval:
    """A stretch of work; ``end`` and ``closed_by`` are None while it lasts."""

    opened_by: int
    start: datetime
    closed_by: int | None = None
    end: datetime | None = None


@dataclass
class Timer:
    """All that the reports say: stretches, what each report did, when it was over."""

    intervals: list[Interval] = field(default_factory=list)
    outcomes: dict[int, str] = field(default_factory=dict)
    completed_at: datetime | None = None


def work_out(reports: Iterable[Said]) -> Timer:
    """The timer of one operation.

    A second start while the timer runs has no effect, nor has a stop while it does not;
    what ends before anything began is held until its start is known.
    """
    timer, opened = Timer(), None
    for said in sorted(reports, key=lambda each: (each.at, each.number)):
        outcome = NO_EFFECT
        if said.action in OPENS and opened is None:
            opened, outcome = said, APPLIED
        elif said.action in CLOSES and opened is not None:
            timer.intervals.append(
                Interval(opened.number, opened.at, said.number, said.at)
            )
            opened, outcome = None, APPLIED
        elif said.action in CLOSES and not timer.intervals:
            outcome = HELD
        if said.action == "complete" and timer.intervals:
            timer.completed_at, outcome = said.at, APPLIED
        timer.outcomes[said.number] = outcome
    if opened is not None:
        timer.intervals.append(Interval(opened.number, opened.at))
    return timer
