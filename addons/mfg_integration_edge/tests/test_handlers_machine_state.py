from datetime import datetime

from odoo.addons.mfg_integration_core.exceptions import MissingReferenceError

from .common import EdgeCase, state

OVERHEATED = {
    "code": "SRV-4107",
    "text": "Servo over-temperature",
    "severity": "critical",
}


class TestMachineState(EdgeCase):
    def requests(self):
        return self.env["maintenance.request"].search(
            [("equipment_id", "=", self.robot.id)]
        )

    def holds(self):
        """The order's holds for the fault; other addons may add theirs."""
        return self.env["mfg.hold"].search(
            [
                ("res_model", "=", "mrp.production"),
                ("res_id", "=", self.order.id),
                ("reason_code", "=", "equipment_fault"),
            ]
        )

    def given_running_order(self):
        self.handle(state("s-run", "Execute", job_order=self.order.name))

    def given_fault(self, event_id="s-fault"):
        return self.handle(
            state(event_id, "Aborted", job_order=self.order.name, fault=OVERHEATED)
        )

    def test_execute_makes_the_equipment_run_and_starts_the_work_order(self):
        document = self.handle(state("s1", "Execute", job_order=self.order.name))

        self.assertEqual(document, self.robot)
        self.assertRecordValues(
            self.robot,
            [{"mfg_packml_state": "Execute", "mfg_availability": "running"}],
        )
        self.assertEqual(self.order.workorder_ids.state, "progress")

    def test_execute_without_an_order_starts_nothing(self):
        self.handle(state("s1", "Execute"))

        self.assertNotEqual(self.order.workorder_ids.state, "progress")

    def test_execute_on_an_order_on_hold_starts_nothing(self):
        self.env["mfg.hold"]._place(
            self.order, reason_code="manual", reason="Wait for the engineer"
        )

        self.given_running_order()

        self.assertEqual(self.robot.mfg_availability, "running")
        self.assertNotEqual(self.order.workorder_ids.state, "progress")

    def test_d2_execute_at_anything_on_hold_starts_nothing_and_waits_for_nobody(self):
        work = self.order.workorder_ids
        for held in (work, self.workcenter, self.robot):
            with self.subTest(held._name):
                hold = self.env["mfg.hold"]._place(
                    held, reason_code="manual", reason="Wait for the engineer"
                )

                self.handle(
                    state(f"s-{held._name}", "Execute", job_order=self.order.name)
                )

                self.assertEqual(self.robot.mfg_availability, "running")
                self.assertNotEqual(work.state, "progress")
                hold._lift("She has come")

    def test_execute_on_an_order_that_nobody_knows_is_still_the_machines_state(self):
        self.handle(state("s1", "Execute", job_order="WH/MO/99999"))

        self.assertEqual(self.robot.mfg_availability, "running")

    def test_unknown_equipment_waits_for_its_binding(self):
        with self.assertRaises(MissingReferenceError):
            self.handle(state("s1", "Execute", equipment="UNKNOWN"))

    def given_late_fault(self, event_id="s-late", **envelope):
        """A fault of nine o'clock; all other states are newer."""
        late = state(event_id, "Aborted", job_order=self.order.name, fault=OVERHEATED)
        return self.handle({**late, "time": "2026-03-02T09:00:00Z", **envelope})

    def given_repaired(self, request):
        request.stage_id = self.env["maintenance.stage"].search([("done", "=", True)])[
            :1
        ]

    def test_b6_a_state_older_than_the_known_one_changes_nothing(self):
        self.handle(state("s1", "Execute"))
        late = {**state("s0", "Idle"), "time": "2026-03-02T09:00:00Z"}

        self.handle(late)

        self.assertRecordValues(
            self.robot,
            [{"mfg_packml_state": "Execute", "mfg_availability": "running"}],
        )
        self.assertEqual(self.inbox()[-1].reason_code, "older_version")

    def test_b6_a_fault_that_newer_states_overtook_stops_what_it_would_have(self):
        self.given_running_order()

        request = self.given_late_fault()

        self.assertEqual(request, self.requests())
        self.assertEqual(self.holds()._blocker(), request)
        self.assertEqual(self.order.mfg_state, "blocked")
        self.assertEqual(self.workcenter.working_state, "blocked")
        self.assertRecordValues(
            self.robot,
            [
                {
                    "mfg_packml_state": "Execute",
                    "mfg_availability": "down",
                    "mfg_state_since": datetime(2026, 3, 2, 9),
                    "mfg_reported_at": datetime(2026, 3, 2, 9, 40, 58),
                }
            ],
        )

    def test_b6_a_fault_that_comes_after_its_repair_is_told_and_holds_nothing(self):
        self.given_running_order()
        repair = self.given_fault()
        self.given_repaired(repair)

        document = self.given_late_fault()

        self.assertEqual(document, self.robot)
        self.assertEqual(self.requests(), repair)
        self.assertEqual(self.holds().mapped("state"), ["lifted"])
        self.assertEqual(self.robot.mfg_availability, "unknown")
        self.assertRecordValues(
            self.inbox()[-1],
            [
                {
                    "state": "ignored",
                    "reason_code": "fault_cleared",
                    "correlation_id": repair.mfg_correlation_id,
                }
            ],
        )
        told = self.env["mfg.case"]._moments_where(
            [("correlation_id", "=", repair.mfg_correlation_id)]
        )
        self.assertIn(
            "Assembly Robot R1: SRV-4107 Servo over-temperature ignored",
            [each["title"] for each in told],
        )

    def test_b6_a_late_fault_that_is_newer_than_the_last_repair_stops(self):
        self.given_late_fault("s-first", time="2026-03-02T08:00:00Z")
        self.given_repaired(self.requests())
        self.given_running_order()

        request = self.given_late_fault()

        self.assertNotEqual(request.mfg_state, "completed")
        self.assertEqual(self.holds().mapped("state").count("active"), 1)

    def test_b6_a_late_fault_of_the_past_is_history_only(self):
        self.given_running_order()

        document = self.given_late_fault(historical=True)

        self.assertEqual(document, self.robot)
        self.assertFalse(self.requests())

    def test_b6_a_fault_during_a_repair_holds_the_other_order_that_it_names(self):
        self.given_running_order()
        repair, other = self.given_fault(), self._order(10)

        self.handle(state("s-other", "Aborted", job_order=other.name))

        held = self.env["mfg.hold"]._active_on(other)
        held = held.filtered(lambda hold: hold.reason_code == "equipment_fault")
        self.assertEqual(held._blocker(), repair)
        self.assertEqual(held.case_id, repair.mfg_case_id)

    def test_what_a_person_let_go_during_a_repair_stays_free(self):
        self.given_running_order()
        self.given_fault()
        self.holds()._lift("It is not this order's robot")

        self.given_fault("s-again")

        self.assertEqual(self.holds().mapped("state"), ["lifted"])

    def test_a_clock_in_the_future_does_not_make_the_equipment_deaf(self):
        self.handle({**state("s1", "Execute"), "time": "2099-01-01T00:00:00Z"})

        self.handle({**state("s2", "Idle"), "time": "2099-01-01T00:00:01Z"})

        self.assertEqual(self.robot.mfg_packml_state, "Idle")

    def test_a_fault_stops_the_equipment_and_asks_for_maintenance(self):
        self.given_running_order()

        request = self.given_fault()

        self.assertEqual(self.robot.mfg_availability, "down")
        self.assertEqual(self.workcenter.working_state, "blocked")
        self.assertRecordValues(
            request,
            [
                {
                    "equipment_id": self.robot.id,
                    "maintenance_type": "corrective",
                    "mfg_fault_code": "SRV-4107",
                    "mfg_correlation_id": self.uuid_of("s-fault"),
                    "priority": "3",
                }
            ],
        )

    def test_a_fault_holds_the_order_until_maintenance_is_done(self):
        self.given_running_order()

        request = self.given_fault()

        self.assertRecordValues(
            self.holds(),
            [
                {
                    "state": "active",
                    "reason_code": "equipment_fault",
                    "blocker_model": "maintenance.request",
                    "blocker_id": request.id,
                    "clearer": "Maintenance",
                    "case_id": request.mfg_case_id.id,
                }
            ],
        )

    def test_the_order_that_runs_is_held_when_the_machine_names_none(self):
        self.given_running_order()

        self.handle(state("s-fault", "Aborted", fault=OVERHEATED))

        self.assertEqual(self.holds().state, "active")

    def test_a_fault_without_any_order_still_asks_for_maintenance(self):
        self.handle(state("s-fault", "Aborted", job_order="WH/MO/99999"))

        self.assertEqual(self.requests().mfg_fault_code, "Aborted")
        self.assertFalse(self.holds())

    def test_the_same_fault_reported_again_creates_nothing_new(self):
        self.given_running_order()
        first = self.given_fault()

        again = self.given_fault("s-fault-2")

        self.assertEqual(again, first)
        self.assertEqual(len(self.requests()), 1)
        self.assertEqual(len(self.holds()), 1)
        self.assertEqual(self.inbox()[-1].correlation_id, first.mfg_correlation_id)

    def test_only_a_critical_fault_stops_outside_of_a_fault_state(self):
        for severity in ("info", "warning"):
            fault = {"code": "F-1", "severity": severity}
            self.handle(state(f"s-{severity}", "Held", fault=fault))
        self.assertFalse(self.requests())

        self.handle(state("s-critical", "Held", fault=OVERHEATED))

        self.assertEqual(len(self.requests()), 1)
        self.assertEqual(self.robot.mfg_availability, "down")

    def test_a_machine_that_moves_during_repair_stays_down(self):
        self.given_running_order()
        self.given_fault()

        self.handle(state("s2", "Execute", job_order=self.order.name))

        self.assertEqual(self.robot.mfg_packml_state, "Execute")
        self.assertEqual(self.robot.mfg_availability, "down")
        self.assertEqual(self.inbox()[-1].correlation_id, self.uuid_of("s-fault"))

    def test_a_fault_after_the_repair_is_a_new_one(self):
        self.given_running_order()
        first = self.given_fault()
        self.given_repaired(first)

        second = self.given_fault("s-fault-2")

        self.assertNotEqual(second, first)
        self.assertNotEqual(second.mfg_case_id, first.mfg_case_id)
