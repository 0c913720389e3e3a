"""Tells a story as it happens: when, what, how long it took."""

import time
from collections.abc import Callable

from .console import say
from .poll import NeverHappenedError, until


class StoryError(Exception):
    """The first step that went wrong, and what is known about the reason."""


class Narrator:
    """Plays steps in order and prints one line for each.

    :param last_words: called when a step fails, for what the system says about it
    :param within_s: patience for one step, unless it has its own
    """

    def __init__(
        self,
        *,
        last_words: Callable[[], str] = str,
        within_s: float = 30,
        out: Callable[[str], None] = say,
    ):
        self._last_words = last_words
        self._within_s = within_s
        self._out = out
        self._began = time.monotonic()
        self.latencies: dict[str, float] = {}

    def headline(self, text: str) -> None:
        self._out(f"\n{text}")

    def note(self, text: str) -> None:
        """Something worth knowing that takes no time."""
        self._out(f"{'':>21}   {text}")

    def step(
        self,
        title: str,
        *,
        cause: Callable[[], object] | None = None,
        effect: Callable[[], object],
        told: Callable[[], str] | str,
        within_s: float | None = None,
    ) -> None:
        """Cause something and wait for its effect; the latency is the time between.

        :param cause: nothing for a step whose cause lies in the step before
        :param effect: something true once it has happened
        :param told: what came of it, for the reader
        :raise StoryError: when the effect does not come in time
        """
        number = len(self.latencies) + 1
        started = time.monotonic()
        try:
            if cause:
                cause()
            until(
                effect,
                title,
                within_s=within_s or self._within_s,
                last_words=self._last_words,
            )
        except NeverHappenedError as error:
            raise StoryError(f"step {number}: {error}") from error
        latency = time.monotonic() - started
        self.latencies[title] = latency
        clock = f"{self.seconds:6.1f} s"
        seen = told if isinstance(told, str) else told()
        self._out(f"{clock} {_duration(latency):>10}  {number:>2}. {title}: {seen}")

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._began


def _duration(seconds: float) -> str:
    """A latency in the unit that reads best."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
