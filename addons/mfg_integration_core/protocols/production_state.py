"""The canonical state of a manufacturing order.

Plain Python: no Odoo, no database. Odoo's own moves are facts; a hold only overlays
what could otherwise be going on.
"""

STATES = (
    "planned",
    "released",
    "in_progress",
    "blocked",
    "completed",
    "closed",
    "cancelled",
)
#: Canonical state of each native one. Source: ``mrp.production._compute_state``:
#: "to_close" has finished its operations but has posted nothing yet, so it is still in
#: progress. "closed" is reserved for the accounting close and no native state.
STATE_OF = {
    "draft": "planned",
    "confirmed": "released",
    "progress": "in_progress",
    "to_close": "in_progress",
    "done": "completed",
    "cancel": "cancelled",
}
#: What an active hold overlays: work that could otherwise be going on.
BLOCKABLE = ("released", "in_progress")
FINAL = ("completed", "closed", "cancelled")

#: What a partner may ask for. It says what happens on the shop floor: work begins, is
#: paused, goes on and ends, and an order is given up before it was begun. Whether an
#: order is planned or released, and what is done or cancelled for good, is for Odoo to
#: say; a hold is lifted by who placed it. Source: the canonical states of the design,
#: section 5.
PARTNER_MOVES = {
    "planned": set(),
    "released": {"in_progress", "completed", "cancelled"},
    "in_progress": {"released", "completed"},
    "blocked": set(),
    "completed": set(),
    "closed": set(),
    "cancelled": set(),
}


def may_become(current: str, asked: str) -> bool:
    """Whether a partner may ask for this change."""
    return asked in PARTNER_MOVES[current]


def canonical(native: str | bool, is_held: bool) -> str:
    """The canonical state of an order.

    :param native: Odoo's ``state``; none yet counts as a draft
    :param is_held: whether a hold on the order is active
    """
    state = STATE_OF.get(native, "planned")
    return "blocked" if is_held and state in BLOCKABLE else state
