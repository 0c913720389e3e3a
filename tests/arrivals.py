"""What a partner says about one thing, and what becomes of it in some order of arrival.

A model of the handlers in a few lines: what is older than the last word is ignored,
what the table forbids is refused, and what was refused only since it came too early is
tried again after each step that was taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st


@dataclass(frozen=True)
class Word:
    """One message; ``version`` counts the partner's words."""

    version: int
    state: str


@st.composite
def histories(draw, moves: Mapping[str, set], initial: str, most: int = 6):
    """What a partner that keeps to the table may say one after the other."""
    words, current = [], initial
    for version in range(1, draw(st.integers(1, most)) + 1):
        allowed = sorted(moves[current] | {current})
        current = draw(st.sampled_from(allowed))
        words.append(Word(version, current))
    return words


@st.composite
def arrivals(draw, words: Sequence[Word]):
    """The words in some order, each at least once, some of them twice."""
    repeated = draw(st.lists(st.sampled_from(words), max_size=3))
    return draw(st.permutations([*words, *repeated]))


class Listener:
    """Where the words arrive.

    :ivar state: the canonical state
    :ivar known: version of the last word that was news
    :ivar refused: words that the table forbade when they came
    """

    def __init__(self, moves: Mapping[str, set], initial: str):
        self.moves = moves
        self.state = initial
        self.known = 0
        self.refused: list[Word] = []

    def hear(self, word: Word) -> None:
        if word.version <= self.known:
            return
        if word.state != self.state and word.state not in self.moves[self.state]:
            self.refused.append(word)
            return
        self.state, self.known = word.state, word.version
        again, self.refused = self.refused, []
        for each in again:
            self.hear(each)


def heard(moves: Mapping[str, set], initial: str, words: Sequence[Word]) -> Listener:
    """Who has heard the words in this order."""
    listener = Listener(moves, initial)
    for word in words:
        listener.hear(word)
    return listener
