"""What a machine says about itself, and how it ends whatever order it arrives in.

A few lines that say the same as the handler, from another side: they look at all that
was said, not at what came last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

FAULT = "Aborted"
#: What a machine says; faults more often than a good one would have them.
STATES = (FAULT, FAULT, FAULT, "Execute", "Idle", "Clearing", "Stopped")


@dataclass(frozen=True)
class Saying:
    """One state; ``number`` counts the machine's words in the order it said them."""

    number: int
    state: str
    order: str


@dataclass(frozen=True)
class Stand:
    """What must be so at the end.

    :ivar state: the machine's own word
    :ivar last: the word that says whether it is available; None when none does
    :ivar held: the orders that a fault holds; none where there is no open fault
    """

    state: str
    last: str | None
    held: frozenset[str]


@st.composite
def sayings(draw, orders: Sequence[str], most: int = 6):
    """What a machine says that works on one order or the other."""
    words = draw(
        st.lists(
            st.tuples(st.sampled_from(STATES), st.sampled_from(orders)),
            min_size=3,
            max_size=most,
        )
    )
    return [Saying(number, *word) for number, word in enumerate(words, 1)]


def stand_after(before: Sequence[Saying], after: Sequence[Saying]) -> Stand:
    """How everything stands when all was heard.

    :param before: what was heard before the repair ended; nothing when there was none
    :param after: what was heard since
    """
    newest = max([*before, *after], key=lambda word: word.number)
    cleared = max((word.number for word in before), default=0)
    fresh = [word for word in after if word.number > cleared]
    held = frozenset(word.order for word in fresh if word.state == FAULT)
    last = newest.state if newest in fresh else None
    return Stand(newest.state, last, held)
