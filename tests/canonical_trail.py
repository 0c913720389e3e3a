"""What the audit trail may say of one order, from its first entry to its last."""

from collections.abc import Iterable

#: What may follow each state of an order. Only an override leads from "blocked" to
#: "completed"; nothing leads out of the last two.
FOLLOWS = {
    "planned": {"released", "in_progress", "blocked", "completed", "cancelled"},
    "released": {"in_progress", "blocked", "completed", "cancelled"},
    "in_progress": {"released", "blocked", "completed", "cancelled"},
    "blocked": {"released", "in_progress", "completed", "cancelled"},
    "completed": set(),
    "cancelled": set(),
}


def first_break(entries: Iterable[tuple[str, str | None, str | None]]) -> str:
    """What the trail says that cannot be so, or an empty string.

    :param entries: ``(action, old, new)`` of all entries of the order, oldest first
    """
    current, holds, is_overridden = None, 0, False
    for action, old, new in entries:
        if action == "hold.placed":
            holds += 1
        elif action == "hold.lifted":
            holds -= 1
        elif action == "override.used":
            is_overridden = True
        if action != "state.changed":
            continue
        old = old or "planned"
        if current not in (None, old):
            return f"{old} to {new} follows {current}"
        if new not in FOLLOWS[old]:
            return f"{old} to {new}"
        if new in ("released", "in_progress", "blocked"):
            if bool(holds) != (new == "blocked"):
                return f"{new} with {holds} holds"
        elif new == "completed" and holds and not is_overridden:
            return f"completed over {holds} holds"
        current = new
    return ""
