"""Which cases a run has."""

from collections.abc import Iterable, Iterator

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


def for_partner(events: Events, seed: int) -> list[Case]:
    """What the hub could send to a partner, and what only a stranger would."""
    return _in_order(_for_both(events, PartnerDuties(), seed))


def for_hub(events: Events, seed: int, path: str) -> list[Case]:
    """What a partner could send to a door of the hub.

    :param path: of the door
    """
    duties = HubDuties()
    of_hub = cases_hub.cases(events, duties, path)
    return _in_order([*_for_both(events, duties, seed), *of_hub])


def _in_order(cases: Iterable[Case]) -> list[Case]:
    """Group by group; what is good first, since all else says little without it."""
    return sorted(cases, key=lambda case: GROUPS.index(case.group))


def _for_both(events: Events, expected, seed: int) -> Iterator[Case]:
    yield from cases_data.cases(events, expected, seed, GENERATED)
    yield from cases_envelope.cases(events, expected)
    yield from cases_order.cases(events, expected, seed)
    yield from cases_signature.cases(events, expected)
    yield from cases_body.cases(events, expected)
