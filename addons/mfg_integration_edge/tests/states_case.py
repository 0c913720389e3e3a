"""The scene of a machine's day: states at seconds after nine o'clock."""

from datetime import datetime, timedelta

from ..protocols.machine_events import DOWNTIME_REASON
from .common import EdgeCase, envelope, state

NINE = datetime(2026, 3, 2, 9)


class StatesCase(EdgeCase):
    """A robot that tells its states; nobody has to wait for them."""

    def setUp(self):
        super().setUp()
        self.told = 0

    @staticmethod
    def at(second):
        """So many seconds after nine, naive UTC."""
        return NINE + timedelta(seconds=second)

    def moment(self, second):
        """The same, as machines write it."""
        return f"{self.at(second).isoformat()}Z"

    def tell(self, second, name, event_id=None, historical=False, **data):
        """The robot tells a state that it was in from then on; the document."""
        self.told += 1
        event = state(event_id or f"told-{self.told}", name, **data)
        event["time"] = self.moment(second)
        if historical:
            event["historical"] = True
        return self.handle(event)

    def tell_reason(self, second, reason, told_at=None, **data):
        """An operator says why it stood still at that second; the document."""
        return self.handle(self.reason(second, reason, told_at, **data))

    def reason(self, second, reason, told_at=None, **data):
        """The event by which an operator says it."""
        self.told += 1
        event = envelope(
            f"told-{self.told}",
            DOWNTIME_REASON,
            reason=reason,
            stopped_at=self.moment(second),
            **data,
        )
        event["time"] = self.moment(second if told_at is None else told_at)
        return event

    def given_reason(self, code, name="Material Jam"):
        """The partner's code of a reason, and Odoo's downtime reason that it means."""
        loss = self.env["mrp.workcenter.productivity.loss"].create(
            {"name": name, "loss_id": self.env.ref("mrp.category_availability").id}
        )
        self.env["mfg.value.map"].create(
            {
                "connector_id": self.connector.id,
                "map_name": "loss",
                "partner_code": code,
                "loss_id": loss.id,
            }
        )
        return loss

    def stops(self):
        """``[(began, ended)]`` in seconds after nine, in order of time."""
        found = self.env["mfg.edge.stop"].search(
            [("equipment_id", "=", self.robot.id)], order="began_at"
        )
        return [
            (
                (stop.began_at - NINE).total_seconds(),
                stop.ended_at and (stop.ended_at - NINE).total_seconds(),
            )
            for stop in found
        ]

    def log(self):
        """The downtimes in the work center's productivity log, in order of time."""
        return self.env["mrp.workcenter.productivity"].search(
            [("workcenter_id", "=", self.workcenter.id), ("workorder_id", "=", False)],
            order="date_start",
        )
