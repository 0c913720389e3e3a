"""What is still to be moved, given what was told and what has moved already.

Everything is the difference of two sums of an order: reports on the one side, lines of
stock moves on the other. So a fraction is rounded once, whatever it was reported in,
and a correction is a report like any other.
"""

from __future__ import annotations

from collections import defaultdict
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


def uncovered(
    told: Sums, rounding: Callable[[int], float]
) -> tuple[Key, Decimal] | None:
    """What corrections take back without anything that was told before; None for none.

    Where nobody said the lot of a component, it may be any: such a quantity covers what
    is taken back of a lot, and is covered by what is told of one.

    :param rounding: as for :func:`outstanding`
    :return: the sum that is corrected too much, and by how much
    """
    groups = defaultdict(list)
    for key in sorted(told):
        groups[key._replace(lot=0)].append((key, told[key]))
    for unnamed, sums in groups.items():
        step = rounding(unnamed.product)
        any_lot = rounded(told.get(unnamed, Decimal(0)), step)
        lots = [(key, rounded(quantity, step)) for key, quantity in sums if key.lot]
        too_much = [(key, quantity) for key, quantity in lots if quantity < 0]
        covered = any_lot + sum(quantity for _key, quantity in too_much)
        if any_lot < 0 and not too_much:
            too_much = [(unnamed, any_lot)]
            covered += sum(quantity for _key, quantity in lots)
        if covered < 0:
            return too_much[0][0], -covered
    return None


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
