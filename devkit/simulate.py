"""``make simulate``: random schedules of the delivery rules, or one seed step by step.

``SEED=<first> SCHEDULES=<how many>``; no database, no Odoo.
"""

from collections.abc import Sequence

from tests.simulation import explore


def main(argv: Sequence[str]) -> int:
    """0 when no schedule broke an invariant, else 1."""
    return explore.main(argv)
