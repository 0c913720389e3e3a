"""Which cases a run has."""

from collections.abc import Iterator

from . import (
    cases_body,
    cases_data,
    cases_envelope,
    cases_hub,
    cases_order,
    cases_signature,
)
from .case import Case
from .events import Events
from .hub_duties import HubDuties
from .partner_duties import PartnerDuties

GENERATED = 5
GROUPS = (
    *(cases_data.GOOD, cases_order.REPEATED, cases_order.LATE, cases_order.REORDERED),
    *(cases_signature.GROUP, cases_data.BAD),
    *(cases_hub.BATCHES, cases_hub.LIMITS, cases_hub.PROGRESS),
)


def for_partner(events: Events, seed: int) -> Iterator[Case]:
    """What the hub could send to a partner, and what only a stranger would."""
    yield from _for_both(events, PartnerDuties(), seed)


def for_hub(events: Events, seed: int, path: str) -> Iterator[Case]:
    """What a partner could send to a door of the hub.

    :param path: of the door
    """
    duties = HubDuties()
    yield from _for_both(events, duties, seed)
    yield from cases_hub.cases(events, duties, path)


def _for_both(events: Events, expected, seed: int) -> Iterator[Case]:
    yield from cases_data.cases(events, expected, seed, GENERATED)
    yield from cases_envelope.cases(events, expected)
    yield from cases_order.cases(events, expected, seed)
    yield from cases_signature.cases(events, expected)
    yield from cases_body.cases(events, expected)
