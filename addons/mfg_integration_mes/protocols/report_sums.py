"""What is still to be moved, given what was told and what has moved already.

Everything is the difference of two sums of an order: reports on the one side, lines of
stock moves on the other. So a fraction is rounded once, whatever it was reported in,
and a correction is a report like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

OUTPUT, BYPRODUCT, COMPONENT, SCRAP = "output", "byproduct", "component", "scrap"


class Key(NamedTuple):
    """One sum: ids of product and lot (0 for none), reason of a scrap."""

    role: str
    product: int
    lot: int = 0
    reason: str = ""


Sums = Mapping[Key, Decimal]


def outstanding(
    told: Sums, moved: Sums, rounding: Callable[[int], float]
) -> dict[Key, Decimal]:
    """What to move so that all that was told is moved; negative: take it back.

    :param rounding: smallest quantity of a product's unit, by the id of the product
    """
    found = {}
    for key in sorted({*told, *moved}):
        target = rounded(told.get(key, Decimal(0)), rounding(key.product))
        difference = target - rounded(moved.get(key, Decimal(0)), rounding(key.product))
        if difference:
            found[key] = difference
    return found


def rounded(quantity: Decimal, step: float) -> Decimal:
    """``quantity`` in whole steps, halves away from zero."""
    exact_step = Decimal(str(step))
    steps = (quantity / exact_step).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return steps * exact_step


def exceeds(total: Decimal, ordered: Decimal, tolerance_percent: Decimal) -> bool:
    """Whether more good pieces were told than the order and its tolerance allow."""
    return total > ordered * (1 + tolerance_percent / 100)


def exact(number: float | int | str | Decimal) -> Decimal:
    """The decimal that was written, not the binary fraction next to it."""
    return number if isinstance(number, Decimal) else Decimal(str(number))
