"""Which of several rules with one key holds at a place: the nearest one.

From wide to narrow: the places that settings are inherited by, then the connector.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .inheritance import LEVELS as PLACES

LEVELS = (*PLACES, "connector")


@dataclass(frozen=True)
class Place:
    """Where a rule holds, or where something happens; None = not limited, unknown."""

    company: int | None = None
    plant: int | None = None
    line: int | None = None
    connector: int | None = None

    @property
    def level(self) -> int:
        """Place in :data:`LEVELS` of the narrowest part that is given."""
        parts = (self.company, self.plant, self.line, self.connector)
        given = [number for number, part in enumerate(parts, 1) if part is not None]
        return max(given, default=0)

    def contains(self, other: Place) -> bool:
        """Whether all that is given here is the same there."""
        pairs = (
            (self.company, other.company),
            (self.plant, other.plant),
            (self.line, other.line),
            (self.connector, other.connector),
        )
        return all(mine is None or mine == theirs for mine, theirs in pairs)

    def meets(self, other: Place) -> bool:
        """Whether something can happen in both."""
        pairs = (
            (self.company, other.company),
            (self.plant, other.plant),
            (self.line, other.line),
            (self.connector, other.connector),
        )
        return all(a is None or b is None or a == b for a, b in pairs)


@dataclass(frozen=True)
class Wired:
    """A rule as far as choosing needs it."""

    id: int
    key: str
    place: Place


def nearest(rules: Iterable[Wired], place: Place) -> dict[str, Wired]:
    """``{key: rule}``: of each key the rule that holds at the place."""
    chosen: dict[str, Wired] = {}
    for rule in rules:
        if not rule.place.contains(place):
            continue
        rival = chosen.get(rule.key)
        if rival is None or rule.place.level > rival.place.level:
            chosen[rule.key] = rule
    return chosen
