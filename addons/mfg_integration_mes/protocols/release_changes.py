"""What differs between two revisions of a released order.

Plain Python: no Odoo, no database. An order is told as the contract
``mfg.production.released.v1`` has it.
"""

#: Members that describe the order at any time.
LASTING = ("order", "quantity", "uom", "lots", "priority", "due_at", "recipe")
#: Members of the plan, which is of no use once the work has begun: from then on the
#: shop floor itself says when and with what the order is made.
PLANNED = ("planned_start_at", "planned_finish_at")
#: Lists of the plan, and what of each item still counts once the work has begun.
LISTS = {
    "components": ("product", "operation"),
    "operations": ("sequence", "name", "work_center"),
    "by_products": ("product", "operation"),
}
#: Told with an item, but no change of the order: reservations come and go, and the
#: cycle time of an operation may be the mean of what was measured last.
PASSING = ("lots", "cycle_time_s")


def changes(old: dict, new: dict, *, has_begun: bool) -> list[dict]:
    """``[{"field", "old", "new"}, ...]`` in the order of the contract; empty for none.

    :param old: the order as it was told last
    :param new: as it is now
    :param has_begun: the order is being made
    """
    names = [name for name in LASTING if _lasting(old, name) != _lasting(new, name)]
    if not has_begun:
        names += [name for name in PLANNED if old.get(name) != new.get(name)]
    names += [
        name
        for name, kept in LISTS.items()
        if _compared(old.get(name), kept, has_begun)
        != _compared(new.get(name), kept, has_begun)
    ]
    return [{"field": name, "old": old.get(name), "new": new[name]} for name in names]


def _lasting(told, name):
    """What of a lasting member counts as a change."""
    value = told.get(name)
    if name == "recipe" and value:
        # Approving a recipe later changes no order that is made by it.
        return {key: each for key, each in value.items() if key != "revision"}
    return value


def _compared(items, kept, has_begun):
    """What of a list counts as a change."""
    if has_begun:
        # The order of the items follows from what was done first.
        told = [{name: item[name] for name in kept} for item in items or ()]
        return sorted(told, key=repr)
    return [
        {name: value for name, value in item.items() if name not in PASSING}
        for item in items or ()
    ]
