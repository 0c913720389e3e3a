"""What a case is: letters to send in order, and what is expected of each answer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from .letter import Letter
from .line import Answer


@dataclass(frozen=True)
class Objection:
    """What is wrong with an answer.

    :param expected: what should have come
    :param remedy: what to do about it, for whoever owns the endpoint
    """

    expected: str
    remedy: str


class Expectation(Protocol):
    """Judges an answer by itself and by those that came before it in the case."""

    def __call__(
        self, answer: Answer, earlier: Sequence[Answer]
    ) -> Iterator[Objection]: ...


@dataclass(frozen=True)
class Step:
    """One letter of a case and what is expected of its answer.

    :param letter: may be made of the answers that came before in the case
    """

    letter: Letter | Callable[[Sequence[Answer]], Letter]
    expected: Expectation


@dataclass(frozen=True)
class Case:
    """One thing to try.

    :param group: ``good``, ``bad``, ``late``, ... to choose cases by
    :param title: what is tried
    :param at_once: all letters on connections of their own at the same moment; the
        last expectation judges every answer against all others
    """

    group: str
    title: str
    steps: tuple[Step, ...]
    at_once: bool = False


class Expected(Protocol):
    """What one kind of endpoint owes to its callers."""

    def taken(self, event_id: str) -> Expectation:
        """The event is new and good."""

    def repeated(self) -> Expectation:
        """The same event was sent in the step before."""

    def once(self) -> Expectation:
        """Those before are the same event, sent at the same moment."""

    def conflict(self) -> Expectation:
        """The id was used in the step before for another body."""

    def refused(
        self, status: int, code: str | None = None, pointer: str | None = None
    ) -> Expectation:
        """The sender made a mistake.

        :param status: the one that fits best
        :param code: the hub's word for it, where there is only one
        :param pointer: the place of the mistake in the event
        """


def single(group: str, title: str, letter: Letter, expected: Expectation) -> Case:
    """A case of one letter."""
    return Case(group, title, (Step(letter, expected),))
