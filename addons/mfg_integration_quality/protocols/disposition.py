"""What may become of an inspected lot.

Plain Python: no Odoo, no database. The words are those of the contract
``mfg.inspection.decided.v1``.
"""

TRANSITIONS = {
    "pending": {
        "in_inspection",
        "quarantined",
        "released",
        "released_with_deviation",
        "rework",
        "rejected",
        "returned",
    },
    "in_inspection": {
        "quarantined",
        "released",
        "released_with_deviation",
        "rework",
        "rejected",
        "returned",
    },
    "quarantined": {
        "in_inspection",
        "released",
        "released_with_deviation",
        "rework",
        "rejected",
        "returned",
    },
    # Reworked goods are inspected again before anything else is said of them,
    # or the QMS gives the result of that inspection at once.
    "rework": {
        "in_inspection",
        "quarantined",
        "released",
        "released_with_deviation",
        "rejected",
    },
    # Rejected goods never become good by a message: only rework or the way back.
    "rejected": {"rework", "returned"},
    # The goods have moved on; taking them back is a new inspection.
    "released": set(),
    "released_with_deviation": set(),
    "returned": set(),
}

# Nothing is held for quality any more.
RELEASING = {"released", "released_with_deviation"}

# Somebody has decided; the others only say how far the inspection has come.
DECIDED = RELEASING | {"rework", "rejected", "returned"}


def may_become(current: str, asked: str) -> bool:
    """Whether a partner or a user may ask for this change."""
    return asked in TRANSITIONS[current]
