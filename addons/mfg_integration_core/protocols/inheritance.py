"""Which of several values holds: the nearest one, from the line up to the default."""

from collections.abc import Mapping
from typing import NamedTuple

#: From wide to narrow; what is narrower wins.
LEVELS = ("global", "company", "plant", "line")
#: Where a value comes from that nobody has set.
DEFAULT = "default"


class Resolved(NamedTuple):
    """A value and the place that it comes from; ``place`` is 0 above the companies."""

    value: object
    level: str
    place: int


def nearest(own: Mapping, places: Mapping, default) -> Resolved:
    """The value that holds at some place.

    :param own: values that were set, by ``(level, place)``
    :param places: the id of the place at each level; levels without one are missing
        or 0
    :param default: what holds where nobody has set a value
    """
    for level in reversed(LEVELS):
        place = places.get(level) or 0
        if (place or level == "global") and (level, place) in own:
            return Resolved(own[level, place], level, place)
    return Resolved(default, DEFAULT, 0)
