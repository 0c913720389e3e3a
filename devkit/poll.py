"""Waiting for a thing to be true, never for a time to pass."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

PAUSE_S = 0.02


class NeverHappenedError(Exception):
    """What was waited for did not happen in time."""


def until(
    look: Callable[[], Found],
    what: str,
    *,
    within_s: float = 30,
    last_words: Callable[[], str] = str,
) -> Found:
    """Look again and again, and return the first true thing that was seen.

    :param what: what is waited for, as a clause: "the CMMS has a work order"
    :param last_words: called when it never came, for what is known about the reason
    :raise NeverHappenedError: after ``within_s`` seconds
    """
    deadline = time.monotonic() + within_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            reason = last_words()
            raise NeverHappenedError(
                f"{what}: not within {within_s:g} s"
                + (f" ({reason})" if reason else "")
            )
        time.sleep(PAUSE_S)
