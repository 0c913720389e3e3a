"""How far the release of a manufacturing order is, and what moves it.

Plain Python: no Odoo, no database. A release is a state of its own, beside that of the
order: Odoo may confirm what the shop floor has not agreed to make yet.
"""

NOT_RELEASED, RELEASED, ACCEPTED = "not_released", "released", "accepted"
REFUSED, CANCELLED = "refused", "cancelled"
STATES = (NOT_RELEASED, RELEASED, ACCEPTED, REFUSED, CANCELLED)
#: The shop floor has the order, so it hears of what becomes of it.
TOLD = (RELEASED, ACCEPTED)
#: Native states of an order that is still to be made. Source: ``mrp.production.state``.
OPEN = ("confirmed", "progress", "to_close")
#: Of an order that is being made: its plan is history.
BEGUN = ("progress", "to_close")
#: What a partner's answer may lead to. It may find out later that it cannot make what
#: it has accepted, and clear what it has refused for; what was withdrawn stays so.
PARTNER_MOVES = {
    NOT_RELEASED: set(),
    RELEASED: {ACCEPTED, REFUSED},
    ACCEPTED: {REFUSED},
    REFUSED: {ACCEPTED},
    CANCELLED: set(),
}
#: What a person may wish.
RELEASE, WITHDRAW = "release", "withdraw"
#: What there is to tell.
CHANGE, CANCEL = "change", "cancel"


def may_become(current: str, asked: str) -> bool:
    """Whether a partner's answer may bring a release there; the same again may."""
    return asked == current or asked in PARTNER_MOVES[current]


def may_be_released(release: str, native: str) -> bool:
    """Whether a person may release an order now, for the first time or once more."""
    return native in OPEN and release not in TOLD


def next_step(
    release: str, native: str, *, wish: str | None, is_due: bool, is_changed: bool
) -> str | None:
    """What the shop floor is to be told at the end of a transaction, if anything.

    One thing at most: an order that was released and changed at once is told once.

    :param release: state of the release as the transaction found it
    :param native: Odoo's state of the order at its end
    :param wish: :data:`RELEASE` or :data:`WITHDRAW` where a person asked for it
    :param is_due: the policy wants the order released now
    :param is_changed: the order is not what was told last
    """
    if release in TOLD and (native == "cancel" or wish == WITHDRAW):
        return CANCEL
    if native not in OPEN:
        return None
    if wish == RELEASE and release not in TOLD:
        return RELEASE
    if release == NOT_RELEASED and is_due and wish is None:
        return RELEASE
    return CHANGE if release in TOLD and is_changed else None
