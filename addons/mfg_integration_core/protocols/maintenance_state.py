"""The canonical state of a repair, and what a partner may ask for.

Plain Python: no Odoo, no database. The words are those of the contract
``mfg.maintenance.reported.v1``.
"""

from __future__ import annotations

#: Open states, from the first to the furthest.
OPEN = ("requested", "approved", "scheduled", "in_progress", "waiting_parts")
#: Nothing waits for the repair any more.
FINAL = ("completed", "verified", "cancelled")
STATES = (*OPEN, *FINAL)
#: Somebody works on the machine.
UNDER_REPAIR = ("in_progress", "waiting_parts")
#: What a partner may ask for. Steps may be left out, since a partner need not have all
#: of them; a plan may be changed and a repair reopened; what was verified or cancelled
#: stays so. Source: the canonical states of the design, section 5.
PARTNER_MOVES = {
    "requested": {*OPEN[1:], *FINAL},
    "approved": {*OPEN[2:], *FINAL},
    "scheduled": {"approved", *OPEN[3:], *FINAL},
    "in_progress": {"scheduled", "waiting_parts", *FINAL},
    "waiting_parts": {"scheduled", "in_progress", *FINAL},
    "completed": {"in_progress", "waiting_parts", "verified"},
    "verified": set(),
    "cancelled": set(),
}


def may_become(current: str, asked: str) -> bool:
    """Whether a partner may ask for this change."""
    return asked in PARTNER_MOVES[current]


def canonical(
    *,
    is_archived: bool,
    is_done: bool,
    is_begun: bool,
    is_scheduled: bool,
    partner: str | bool,
) -> str:
    """The canonical state; open ones are as far as either side has come.

    :param is_archived: the request was given up in Odoo
    :param is_done: its stage says that it is done
    :param is_begun: its stage is any open one but the first
    :param is_scheduled: a date was set
    :param partner: what the partner said last, in our words
    """
    if is_archived:
        return "cancelled"
    if is_done:
        return "verified" if partner == "verified" else "completed"
    native = "scheduled" if is_scheduled else "requested"
    if is_begun:
        native = "in_progress"
    # A repair that was reopened here is open, whatever the partner said before.
    return max(native, partner if partner in OPEN else native, key=OPEN.index)
