"""Reasons of stops pass their lane, transaction by transaction."""

import time
from datetime import datetime, timedelta

from odoo.tests import tagged

from ..protocols.machine_events import DOWNTIME_REASON
from .committed_machine import CommittedMachineCase
from .common import envelope, state

SETTLED_WITHIN_S = 30


@tagged("post_install", "-at_install")
class TestStopReasons(CommittedMachineCase):
    """A robot that is stopped from a minute on; operators say why."""

    def setUp(self):
        super().setUp()
        self.told, self.sent = 0, []
        self.began = datetime.utcnow().replace(microsecond=0) - timedelta(hours=1)
        self.commit(self._map_reasons)

    def _map_reasons(self, env):
        category = env.ref("mrp.category_availability").id
        for code in ("JAM", "TOOL"):
            loss = env["mrp.workcenter.productivity.loss"].create(
                {"name": f"{code} of test", "loss_id": category}
            )
            env["mfg.value.map"].create(
                {
                    "connector_id": self.connector_id,
                    "map_name": "loss",
                    "partner_code": code,
                    "loss_id": loss.id,
                }
            )

    # -------------------------------------------------------------------- when

    def moment(self, second):
        return f"{(self.began + timedelta(seconds=second)).isoformat()}Z"

    def tell(self, second, name, **data):
        """The robot tells a state that it was in from then on."""
        self.told += 1
        event = state(f"told-{self.told}", name, **data)
        self.sent.append({**event, "time": self.moment(second)})

    def tell_reason(self, second, reason):
        """An operator says why it stood still at that second."""
        self.told += 1
        event = envelope(
            f"told-{self.told}",
            DOWNTIME_REASON,
            reason=reason,
            stopped_at=self.moment(second),
        )
        self.sent.append({**event, "time": self.moment(second)})

    def settle(self):
        """Have all that was told reach the hub, and be worked on as far as it is."""
        self.given_counts(*self.sent)
        self.sent = []
        deadline = time.monotonic() + SETTLED_WITHIN_S
        while self.drain():
            self.assertLess(time.monotonic(), deadline, "never settles")

    # -------------------------------------------------------------------- then

    def reasons(self):
        """``[(state, reason code)]`` of the reasons that were told, in their order."""
        self.settle()
        return self.sql(
            "SELECT state, reason_code FROM mfg_inbox_event"
            " WHERE connector_id = %s AND event_type = %s ORDER BY id",
            self.connector_id,
            DOWNTIME_REASON,
        )

    def explained(self):
        """``[(seconds from when on, reason)]`` of the stops."""
        found = self.sql(
            "SELECT began_at, reason_code FROM mfg_edge_stop"
            " WHERE equipment_id = %s ORDER BY began_at",
            self.robot_id,
        )
        return [
            ((began - self.began).total_seconds(), reason) for began, reason in found
        ]

    # ------------------------------------------------------------------- tests

    def test_reason_of_a_standstill_too_short_to_count_keeps_no_later_one_waiting(self):
        self.tell(0, "Execute")
        self.tell(3570, "Held", reason="JAM")
        self.assertEqual(self.reasons(), [("waiting", "out_of_turn")])
        self.tell(3580, "Execute")

        self.tell(500, "Execute")
        self.tell(200, "Held", reason="TOOL")

        self.assertEqual(self.reasons(), [("ignored", "no_stop"), ("processed", None)])
        self.assertEqual(self.explained(), [(200, "TOOL")])

    def test_reason_told_with_a_state_that_produces_keeps_no_later_one_waiting(self):
        self.tell(100, "Execute", reason="JAM")

        self.tell(200, "Held", reason="TOOL")
        self.tell(500, "Execute")

        self.assertEqual(self.reasons(), [("ignored", "no_stop"), ("processed", None)])
        self.assertEqual(self.explained(), [(200, "TOOL")])

    def test_reason_whose_states_are_still_on_their_way_keeps_no_other_waiting(self):
        self.tell(0, "Execute")
        self.tell_reason(900, "JAM")

        self.tell(500, "Execute")
        self.tell(200, "Held", reason="TOOL")
        self.assertEqual(
            self.reasons(), [("waiting", "out_of_turn"), ("processed", None)]
        )

        self.tell(800, "Held")
        self.tell(1000, "Execute")
        self.settle()
        self.assertEqual(self.explained(), [(200, "TOOL"), (800, "JAM")])

    def test_late_state_that_makes_the_standstill_long_enough_takes_the_reason(self):
        self.tell(0, "Execute")
        self.tell(110, "Execute")
        self.tell(100, "Held", reason="JAM")
        self.assertEqual(self.reasons(), [("ignored", "no_stop")])

        self.tell(20, "Holding")

        self.assertEqual(self.reasons(), [("processed", None)])
        self.assertEqual(self.explained(), [(20, "JAM")])

    def test_late_state_takes_no_reason_of_another_standstill(self):
        self.tell(0, "Execute")
        self.tell(110, "Execute")
        self.tell(100, "Held", reason="JAM")

        self.tell(120, "Held")
        self.tell(500, "Execute")

        self.assertEqual(self.reasons(), [("ignored", "no_stop")])
        self.assertEqual(self.explained(), [(120, None)])

    def test_reason_of_a_time_that_the_retention_has_settled_is_ignored(self):
        self.sql(
            "UPDATE maintenance_equipment SET mfg_history_since = %s WHERE id = %s",
            self.began,
            self.robot_id,
        )

        self.tell_reason(-60, "JAM")

        self.assertEqual(self.reasons(), [("ignored", "no_stop")])
