"""When an order is released to the shop floor by itself.

Plain Python: no Odoo, no database.
"""

MANUAL, ON_CONFIRM = "manual", "on_confirm"
COMPONENTS_READY, RECIPE_APPROVED = "components_ready", "recipe_approved"
POLICIES = (MANUAL, ON_CONFIRM, COMPONENTS_READY, RECIPE_APPROVED)


def is_due(
    policy: str, *, is_held: bool, components_ready: bool, recipe_approved: bool
) -> bool:
    """Whether a confirmed order that was never released is to be released now.

    What is held is not: it is looked at again when the last hold is lifted.

    :param recipe_approved: False also for an order without a bill of materials, whose
        recipe nobody could have approved
    """
    if is_held:
        return False
    return {
        MANUAL: False,
        ON_CONFIRM: True,
        COMPONENTS_READY: components_ready,
        RECIPE_APPROVED: recipe_approved,
    }[policy]
