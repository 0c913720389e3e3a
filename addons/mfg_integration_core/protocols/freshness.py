"""Whether what a partner says is newer than what it said before.

A version goes before a time: it is the partner's own count, while clocks differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Stand:
    """How new a statement is; what is not known is None.

    :ivar version: the partner's own count of the changes of one thing
    :ivar at: when it was so
    """

    version: int | None = None
    at: datetime | None = None


def is_stale(said: Stand, known: Stand) -> bool:
    """Whether ``said`` was overtaken by ``known``.

    The same version a second time is no news either. The same moment is: two things
    may happen in one second.
    """
    if said.version is not None and known.version is not None:
        return said.version <= known.version
    if said.at is not None and known.at is not None:
        return said.at < known.at
    return False
