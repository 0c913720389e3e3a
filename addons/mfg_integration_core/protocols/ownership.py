"""Which system a field belongs to: the nearest place decides, then the narrowest word.

Pure Python. A row of the matrix is about one field, the state (all fields that make it
up) or all fields of an object, and holds in all companies, one company or one plant.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .inheritance import LEVELS, nearest

#: Targets that are no names of fields.
STATE, ALL = "state", "all"
ODOO = "odoo"


class Rule(NamedTuple):
    """What one row says.

    :ivar id: of the row
    :ivar owner: id of a connector, 0 for Odoo
    :ivar is_queued: a person decides about what others write; else it is refused
    :ivar binds_users: people may not change it either
    """

    id: int
    owner: int
    is_queued: bool
    binds_users: bool

    def stops(self, writer: int) -> bool:
        """Whether the rule stands against what ``writer`` wants.

        :param writer: id of a connector, 0 for a person
        """
        if writer == self.owner:
            return False
        return bool(writer) or self.binds_users


def owner_of(
    rules: Mapping[str, Mapping], targets: Iterable[str], places: Mapping
) -> Rule | None:
    """The rule that holds for the targets at some place; None where there is none.

    :param rules: ``{target: {(level, place): Rule}}``
    :param targets: what it may be called, from narrow to wide
    :param places: ``{level: id}`` of where it is; see ``inheritance.nearest``
    """
    best, depth = None, -1
    for target in targets:
        found = nearest(rules.get(target, {}), places, None)
        if found.value and LEVELS.index(found.level) > depth:
            best, depth = found.value, LEVELS.index(found.level)
    return best
