"""From raw machine events to what Odoo has to hear of.

Thousands of counts say one thing together: so many good, so many scrap, for one
order on one equipment. A state change is heard of one to one, and no count may
cross it: what was counted before a fault reaches the order before the fault does.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from .machine_events import COUNT


@dataclass(frozen=True)
class RawEvent:
    """One event as the door stored it; ``row_id`` and ``position`` give its place.

    Quantities are decimals in text, as PostgreSQL writes them, or None.
    """

    row_id: int
    position: int
    uuid: str
    event_id: str
    event_type: str
    equipment: str
    job_order: str | None
    good_quantity: str | None
    scrap_quantity: str | None
    envelope: dict = field(repr=False)


@dataclass
class Window:
    """Adjacent counts of one equipment for one job order, and their exact sum."""

    events: list[RawEvent] = field(default_factory=list)

    @property
    def first(self) -> RawEvent:
        return self.events[0]

    @property
    def last(self) -> RawEvent:
        return self.events[-1]

    @property
    def good_quantity(self) -> Decimal:
        return sum(Decimal(event.good_quantity) for event in self.events)

    @property
    def scrap_quantity(self) -> Decimal:
        return sum(Decimal(event.scrap_quantity) for event in self.events)


def arrange(events: Iterable[RawEvent]) -> list[RawEvent | Window]:
    """What to tell the inbox, in an order that is right for each equipment.

    :param events: raw events in the order of their positions
    :return: state events as they are and a window for each group of counts between
        two of them; windows of one equipment come in the order of their first count
    """
    told: list[RawEvent | Window] = []
    open_windows: dict[str, dict[str | None, Window]] = {}
    for event in events:
        if event.event_type == COUNT:
            windows = open_windows.setdefault(event.equipment, {})
            windows.setdefault(event.job_order, Window()).events.append(event)
        else:
            told.extend(open_windows.pop(event.equipment, {}).values())
            told.append(event)
    for windows in open_windows.values():
        told.extend(windows.values())
    return told
