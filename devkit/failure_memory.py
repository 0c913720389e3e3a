"""Remembers for some minutes that a place could not be reached.

The second command on a machine without network then does not wait for it again.
"""

import time
from pathlib import Path

from .console import say

FORGET_AFTER_S = 300


class FailureMemory:
    """The last failure to reach one place.

    :param file: where it is noted
    :param place: the place; a failure to reach another one is not remembered
    """

    def __init__(self, file: Path, place: str):
        self.file = file
        self.place = place

    def is_fresh(self) -> bool:
        """True when it failed in the last minutes; says so, and how to try at once."""
        if not self.file.exists() or self.file.read_text("utf-8") != self.place:
            return False
        age = time.time() - self.file.stat().st_mtime
        if age > FORGET_AFTER_S:
            return False
        say(
            f"   not tried again: it failed {age:.0f} s ago (remove {self.file} to try)"
        )
        return True

    def note(self) -> None:
        """Remember that it failed just now."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(self.place, encoding="utf-8")
