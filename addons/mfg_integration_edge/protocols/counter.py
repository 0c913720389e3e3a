"""What readings of a counter that only goes up say was made.

A reading is a total. What it adds is its difference to the reading before it: by the
sender's own numbers where it numbers its events, else by the time it gives, else by
arrival. So a reading that comes late belongs between two others, and what the later
one of them added is not true any more; the difference is posted as a correction.

The same rule is written in SQL in ``aggregation/increments.py``; a test holds the two
against each other. Why it is this rule: decision 19.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

#: Boot and number of a sender that does not number its events.
UNNUMBERED = -1


@dataclass(frozen=True, order=True)
class Place:
    """Where a reading belongs among those of its counter.

    :param arrival: place in the order of aggregation, which no two events share
    """

    boot: int
    number: int
    moment: datetime
    arrival: int


@dataclass(frozen=True)
class Reading:
    """One reading; ``rollover_at`` is the total at which the counter begins anew."""

    place: Place
    total: Decimal
    rollover_at: Decimal | None = None


def increment(previous: Reading | None, reading: Reading) -> Decimal:
    """What was made between two readings of one counter.

    The first reading of all says where the counter stood and adds nothing. A lower
    total is a counter that began anew at zero, or one that ran over, where it says at
    what: the second only within one start of its sender, and only while that is at
    most half a turn. Without that limit a counter that somebody sets back by hand
    would jump by nearly a whole turn.

    Source: RFC 1982, serial number arithmetic, for half a turn.
    """
    if previous is None:
        return Decimal(0)
    if reading.total >= previous.total:
        return reading.total - previous.total
    if reading.rollover_at and reading.place.boot == previous.place.boot:
        around = reading.rollover_at - previous.total + reading.total
        if 0 <= 2 * around <= reading.rollover_at:
            return around
    return reading.total


@dataclass
class Counter:
    """The readings of one counter that are known, and what each of them added."""

    readings: list[Reading] = field(default_factory=list)
    added: dict[Place, Decimal] = field(default_factory=dict)

    def take(self, readings: Iterable[Reading]) -> dict[Place, Decimal]:
        """Take readings in any order.

        :return: by the place of a reading what it adds now more, or less, than
            before; readings that others came before are among them
        """
        touched = set()
        for reading in readings:
            position = bisect_left(
                self.readings, reading.place, key=lambda known: known.place
            )
            self.readings.insert(position, reading)
            touched |= {known.place for known in self.readings[position : position + 2]}
        return self._settle(touched)

    def _settle(self, touched: set[Place]) -> dict[Place, Decimal]:
        """Bring up to date what these readings added; by how much it changed."""
        changes = {}
        previous = None
        for reading in self.readings:
            if reading.place in touched:
                adds = increment(previous, reading)
                changes[reading.place] = adds - self.added.get(
                    reading.place, Decimal(0)
                )
                self.added[reading.place] = adds
            previous = reading
        return changes
