"""What one partner's codes mean here, and what our words are called there.

A meaning is text: a word of ours such as ``in_progress``, or a record as
``uom.uom,12``. The words of a plant go before those of the whole connector.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

#: Ways in which an entry is read.
IN, OUT, BOTH = "in", "out", "both"


class Entry(NamedTuple):
    """One code of a partner and what it means.

    :ivar plant: id of the plant that it holds for; 0 for all of them
    :ivar words: what messages call the meaning: the word itself, or a record's names
    """

    name: str
    direction: str
    plant: int
    code: str
    meaning: str
    words: tuple[str, ...]


class Words:
    """The entries of one connector, ready to be asked.

    :ivar plants: ids of the plants that have words of their own
    """

    def __init__(self, entries: Iterable[Entry]):
        self._ours: dict[tuple, str] = {}
        self._theirs: dict[tuple, str] = {}
        self._text: dict[tuple, dict[str, str]] = {}
        for entry in entries:
            if entry.direction != OUT:
                self._ours[entry.plant, entry.name, entry.code] = entry.meaning
                if entry.words:
                    told = self._told(IN, entry)
                    told[entry.code] = entry.words[0]
            if entry.direction != IN:
                self._theirs[entry.plant, entry.name, entry.meaning] = entry.code
                self._told(OUT, entry).update(dict.fromkeys(entry.words, entry.code))
        self.plants = frozenset(plant for plant, *_rest in self._text if plant)

    def __bool__(self) -> bool:
        return bool(self._text)

    def _told(self, direction: str, entry: Entry) -> dict[str, str]:
        return self._text.setdefault((entry.plant, direction, entry.name), {})

    def ours(self, name: str, code: str, plant: int = 0) -> str | None:
        """What the partner's ``code`` means; None when nobody has said it."""
        return self._nearest(self._ours, plant, name, code)

    def theirs(self, name: str, meaning: str, plant: int = 0) -> str | None:
        """The partner's code for ``meaning``; None when nobody has said it."""
        return self._nearest(self._theirs, plant, name, meaning)

    def told(self, direction: str, plant: int = 0) -> dict[str, dict[str, str]]:
        """All words of one direction: ``{map: {word that is read: word it means}}``."""
        merged: dict[str, dict[str, str]] = {}
        for wanted in dict.fromkeys((0, plant)):
            for (of_plant, way, name), words in self._text.items():
                if (of_plant, way) == (wanted, direction):
                    merged.setdefault(name, {}).update(words)
        return merged

    @staticmethod
    def _nearest(found: dict, plant: int, name: str, word: str) -> str | None:
        near = found.get((plant, name, word)) if plant else None
        return near if near is not None else found.get((0, name, word))


def laid_over(shipped: dict[str, dict], own: dict[str, dict]) -> dict[str, dict]:
    """The maps that a template ships with, changed and completed by a connector's own.

    Where a shipped map has numbers only, a code that is a number is told as one: the
    partner expects it so.
    """
    merged = {name: dict(words) for name, words in shipped.items()}
    for name, words in own.items():
        target = merged.setdefault(name, {})
        as_number = bool(shipped.get(name)) and all(
            type(value) is int for value in shipped[name].values()
        )
        for word, meaning in words.items():
            target[word] = int(meaning) if as_number and meaning.isdigit() else meaning
    return merged
