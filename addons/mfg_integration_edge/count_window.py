"""What a window of counts says, as an order takes it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class CountWindow:
    """Good and scrap of one stretch of time; records are of Odoo, and may be empty.

    :param good: units in the order's unit of measure; less than zero where a
        correction takes back
    :param equipment: ``maintenance.equipment``
    :param workorder: ``mrp.workorder`` of the order; empty where nobody knows
    :param is_output: whether it counts for the order, not for one operation only
    :param lot: ``stock.lot`` that is made, where one of that name is known
    :param lot_name: name of the lot that is made, as the machine or scanner told it
    :param operator: who works at the machine, as it or its scanner told it
    :param started_at: when the first of it was counted, naive UTC
    :param event: ``mfg.inbox.event`` that tells of it
    :param window: ``mfg.edge.window``, the row of the ledger
    """

    good: Decimal
    scrap: Decimal
    equipment: Any
    workorder: Any
    is_output: bool
    lot: Any
    lot_name: str | None
    operator: str | None
    started_at: datetime
    ended_at: datetime
    event: Any
    window: Any

    @property
    def is_correction(self) -> bool:
        """Whether it says by how much earlier windows were wrong."""
        return bool(self.window.corrects_id)
