"""Which of a device's numbers are missing.

A device counts its events after each start. What it counted and nobody has seen yet is
missing: perhaps still on its way, perhaps lost. Numbers come as ranges, since a gap of
a million is as cheap as one of a single event.

Source: Sparkplug B 3.0, ``seq`` and rebirth; MTConnect, sequence buffer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Numbers:
    """The numbers from ``first`` to ``last``, both of them included."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1


def before_the_first(first_seen: int, *, is_known: bool) -> int:
    """The number before the first one that is expected after a start.

    A device counts from 1 on, so of one that is known nothing is missing before that.
    What a device sent before it was connected to this hub is owed to nobody: its
    numbers count from the first that is seen.

    :param is_known: the device was heard after an earlier start
    """
    return min(0, first_seen - 1) if is_known else first_seen - 1


def go_on(highest: int, seen: Iterable[Numbers]) -> tuple[int, list[Numbers]]:
    """What is missing above ``highest``, which was the highest number seen.

    :param seen: numbers seen now, in their order
    :return: the highest number seen, and what is missing below it
    """
    missing = []
    for numbers in seen:
        if numbers.first > highest + 1:
            missing.append(Numbers(highest + 1, numbers.first - 1))
        highest = max(highest, numbers.last)
    return highest, missing


def left_of(missing: Numbers, seen: Sequence[Numbers]) -> list[Numbers]:
    """What is missing still of a gap, in its order; empty when it is filled.

    :param seen: numbers seen now, in their order and apart from each other
    """
    left, first = [], missing.first
    begin = bisect_left(seen, missing.first, key=lambda numbers: numbers.last)
    for numbers in seen[begin:]:
        if numbers.first > missing.last:
            break
        if numbers.first > first:
            left.append(Numbers(first, numbers.first - 1))
        first = numbers.last + 1
    if first <= missing.last:
        left.append(Numbers(first, missing.last))
    return left
