from datetime import datetime

from odoo.exceptions import UserError
from odoo.tests import new_test_user

from ..exceptions import InvalidEventError
from ..protocols.maintenance_state import PARTNER_MOVES
from .common import ManufacturingCase


class MaintenanceCase(ManufacturingCase):
    def setUp(self):
        super().setUp()
        self.request = self.scene.request(self.equipment, mfg_fault_code="A12")

    def stage(self, name):
        return self.env["maintenance.stage"].search([("name", "=", name)], limit=1)


class TestRequestState(MaintenanceCase):
    def test_native_moves_are_facts(self):
        self.assertEqual(self.request.mfg_state, "requested")

        self.request.schedule_date = datetime(2026, 11, 21, 8)
        self.assertEqual(self.request.mfg_state, "scheduled")

        self.request.stage_id = self.stage("In Progress")
        self.assertEqual(self.request.mfg_state, "in_progress")

        self.request.stage_id = self.stage("Repaired")
        self.assertEqual(self.request.mfg_state, "completed")

        self.request.archive_equipment_request()
        self.assertEqual(self.request.mfg_state, "cancelled")

    def test_state_is_as_far_as_either_side_has_come(self):
        self.request._mfg_apply_partner_state("waiting_parts")
        self.assertEqual(self.request.mfg_state, "waiting_parts")

        self.request._mfg_apply_partner_state("scheduled")
        self.request.stage_id = self.stage("In Progress")

        self.assertEqual(self.request.mfg_state, "in_progress")

    def test_change_is_audited(self):
        self.commit()
        self.request.stage_id = self.stage("In Progress")

        self.commit()

        self.assertRecordValues(
            self.audit(self.request, "state.changed")[-1:],
            [{"old_value": "requested", "new_value": "in_progress"}],
        )

    def test_request_joins_the_chain_that_asked_for_it(self):
        chained = self.scene.env["maintenance.request"].with_context(
            mfg_correlation_id="chain-9"
        )

        request = chained.create({"name": "Repair", "equipment_id": self.equipment.id})

        created = self.audit(request, "document.created")
        self.assertEqual(request.mfg_correlation_id, "chain-9")
        self.assertEqual(created.correlation_id, "chain-9")

    def test_requests_from_before_the_suite_get_the_state_a_compute_would_give(self):
        requests = self.request.browse()
        for values in (
            {},
            {"schedule_date": datetime(2026, 11, 21, 8)},
            {"stage_id": self.stage("In Progress").id},
            {"stage_id": self.stage("Repaired").id},
            {"archive": True},
        ):
            requests |= self.scene.request(self.equipment, **values)
        computed = requests.mapped("mfg_state")
        self.env.flush_all()
        self.env.cr.execute("UPDATE maintenance_request SET mfg_state = NULL")

        requests._mfg_state_fill()
        self.env.invalidate_all()

        self.assertEqual(len(set(computed)), 5)
        self.assertEqual([request.mfg_state for request in requests], computed)


class TestPartnerState(MaintenanceCase):
    def test_completion_closes_the_request_in_odoo(self):
        applied = self.request._mfg_apply_partner_state(
            "completed", version=3, at=datetime(2026, 11, 20, 15), note="Belt replaced"
        )

        self.assertTrue(applied)
        self.assertRecordValues(
            self.request,
            [
                {
                    "mfg_state": "completed",
                    "mfg_partner_state": "completed",
                    "mfg_partner_version": 3,
                    "close_date": datetime(2026, 11, 20).date(),
                }
            ],
        )
        self.assertTrue(self.request.stage_id.done)
        self.assertIn("Belt replaced", self.request.message_ids[0].body)

    def test_verification_and_cancellation_are_final(self):
        self.request._mfg_apply_partner_state("completed")
        self.request._mfg_apply_partner_state("verified")
        self.assertEqual(self.request.mfg_state, "verified")

        with self.assertRaises(InvalidEventError) as refusal:
            self.request._mfg_apply_partner_state("in_progress")

        self.assertEqual(refusal.exception.code, "illegal_transition")
        self.assertEqual(refusal.exception.pointer, "/data/state")

    def test_cancellation_archives_the_request(self):
        self.request._mfg_apply_partner_state("cancelled")

        self.assertRecordValues(
            self.request, [{"archive": True, "mfg_state": "cancelled"}]
        )

    def test_repair_can_be_reopened_by_the_partner(self):
        self.request._mfg_apply_partner_state("completed")

        self.request._mfg_apply_partner_state("in_progress")

        self.assertEqual(self.request.mfg_state, "in_progress")

    def test_b6_reopened_repair_goes_back_to_where_it_was_completed(self):
        for words in (
            ("in_progress", "scheduled"),
            ("completed", "in_progress", "scheduled"),
        ):
            with self.subTest(words=words):
                request = self.scene.request(self.equipment)

                for word in words:
                    request._mfg_apply_partner_state(word)

                self.assertEqual(request.mfg_state, "scheduled")

    def test_repair_that_people_have_moved_since_goes_back_to_no_stage_of_then(self):
        self.request._mfg_apply_partner_state("completed")
        self.request.stage_id = self.stage("In Progress")
        self.request.stage_id = self.stage("Repaired")

        self.request._mfg_apply_partner_state("waiting_parts")

        self.assertEqual(self.request.stage_id, self.stage("In Progress"))

    def test_repeat_is_ignored_and_audited(self):
        self.request._mfg_apply_partner_state("in_progress", version=2)

        applied = self.request._mfg_apply_partner_state("in_progress", version=3)

        self.assertFalse(applied)
        self.assertEqual(self.request.mfg_partner_version, 3)
        self.assertEqual(
            self.audit(self.request, "partner.ignored").why, "It is so already."
        )

    def test_older_version_is_ignored_and_audited(self):
        self.request._mfg_apply_partner_state("completed", version=5)

        applied = self.request._mfg_apply_partner_state("in_progress", version=4)

        self.assertFalse(applied)
        self.assertEqual(self.request.mfg_state, "completed")
        self.assertEqual(
            self.audit(self.request, "partner.ignored").why,
            "Version 4 is not newer than 5.",
        )

    def test_every_state_has_a_row_in_the_table_of_moves(self):
        states = dict(self.request._fields["mfg_state"].selection)

        self.assertEqual(set(PARTNER_MOVES), set(states))
        for targets in PARTNER_MOVES.values():
            self.assertLessEqual(targets, set(states))


class TestRepairOver(MaintenanceCase):
    def setUp(self):
        super().setUp()
        self.workorder = self.given_running_workorder()
        self.case = self.env["mfg.case"]._ensure(
            "chain-1", "Robot R1 stopped", self.request
        )
        self.request.write(
            {"mfg_case_id": self.case.id, "mfg_correlation_id": "chain-1"}
        )
        self.equipment._mfg_report_state("Aborted", why="E-STOP")
        stopped = self.workcenter._mfg_block("E-STOP")
        self.hold = self.given_hold(
            blocker=self.request, case=self.case, paused_workorders=stopped
        )

    def assertAllClear(self):
        self.assertEqual(self.hold.state, "lifted")
        self.assertNotEqual(self.workcenter.working_state, "blocked")
        self.assertEqual(self.equipment.mfg_availability, "unknown")
        self.assertEqual(self.workorder._mfg_running(), self.workorder)
        self.assertEqual(self.case.state, "settled")

    def test_fault_blocks_the_line(self):
        self.assertEqual(self.equipment.mfg_availability, "down")
        self.assertEqual(self.workcenter.working_state, "blocked")
        self.assertFalse(self.workorder._mfg_running())
        self.assertEqual(self.hold.paused_workorder_ids, self.workorder)

    def test_completion_by_the_partner_lets_everything_go_on(self):
        user = new_test_user(
            self.env,
            "cmms-user",
            groups="mfg_integration_core.group_connection"
            ",maintenance.group_equipment_manager",
            email=False,
        )

        self.request.with_user(user)._mfg_apply_partner_state(
            "completed", note="Sensor replaced", by="J. Smith"
        )

        self.assertAllClear()
        self.assertEqual(self.hold.lifted_by, "J. Smith")
        self.assertIn("Sensor replaced", self.hold.lift_reason)
        self.assertEqual(self.audit(self.order, "order.resumed").actor, "cmms-user")

    def test_completion_in_odoo_lets_everything_go_on_too(self):
        self.request.stage_id = self.stage("Repaired")

        self.assertAllClear()

    def test_cancellation_lets_everything_go_on_too(self):
        self.request.archive_equipment_request()

        self.assertAllClear()

    def test_d2_reopened_repair_holds_again_what_it_had_let_go(self):
        self.request._mfg_apply_partner_state("completed")
        self.assertEqual(self.order.mfg_state, "in_progress")

        self.request._mfg_apply_partner_state("in_progress")

        self.assertEqual(self.order.mfg_state, "blocked")
        self.assertEqual(self.order.mfg_active_hold_count, 1)
        self.assertEqual(self.equipment.mfg_availability, "under_maintenance")
        self.assertEqual(self.workcenter.working_state, "blocked")
        self.assertFalse(self.workorder._mfg_running())
        with self.assertRaisesRegex(UserError, "cannot be finished"):
            self.scene.finish(self.order)

    def test_d3_order_goes_on_when_the_reopened_repair_is_done_at_last(self):
        self.request._mfg_apply_partner_state("completed")
        self.request._mfg_apply_partner_state("in_progress")

        self.request._mfg_apply_partner_state("completed")

        self.assertEqual(self.order.mfg_active_hold_count, 0)
        self.assertEqual(self.workorder._mfg_running(), self.workorder)
        self.assertEqual(self.case.state, "settled")

    def test_d2_reopened_repair_leaves_free_what_a_person_let_go(self):
        self.hold._lift("Runs on the other machine")
        self.request._mfg_apply_partner_state("completed")

        self.request._mfg_apply_partner_state("in_progress")

        self.assertEqual(self.order.mfg_active_hold_count, 0)

    def test_d2_reopened_repair_cannot_hold_what_is_finished(self):
        self.request._mfg_apply_partner_state("completed")
        self.scene.finish(self.order)

        self.request._mfg_apply_partner_state("in_progress")

        self.assertEqual(self.order.mfg_state, "completed")
        self.assertEqual(self.order.mfg_active_hold_count, 0)

    def test_reopened_repair_of_a_machine_that_runs_does_not_stop_it(self):
        self.request._mfg_apply_partner_state("completed")
        self.equipment._mfg_report_state("Execute")

        self.request._mfg_apply_partner_state("in_progress")

        self.assertEqual(self.equipment.mfg_availability, "running")
        self.assertNotEqual(self.workcenter.working_state, "blocked")

    def test_deleted_request_holds_nothing(self):
        self.request.unlink()

        self.assertEqual(self.hold.state, "lifted")

    def test_work_center_stays_blocked_while_another_fault_is_open(self):
        self.scene.request(self.equipment, mfg_fault_code="B7")

        self.request._mfg_apply_partner_state("completed")

        self.assertEqual(self.workcenter.working_state, "blocked")
        self.assertEqual(self.hold.state, "lifted")
        self.assertFalse(self.workorder._mfg_running())

    def test_work_center_that_somebody_unblocked_is_left_alone(self):
        self.workcenter.unblock()

        self.request._mfg_apply_partner_state("completed")

        self.assertAllClear()

    def test_machine_stays_down_when_other_work_on_it_is_done(self):
        other = self.scene.request(self.equipment, name="Oil leak")

        other._mfg_apply_partner_state("completed")

        self.assertEqual(self.equipment.mfg_availability, "down")
        self.assertEqual(self.workcenter.working_state, "blocked")
        self.assertEqual(self.hold.state, "active")

    def test_cases_of_a_machine_settle_with_its_last_fault(self):
        case = self.env["mfg.case"]._ensure("chain-2", "B7", self.equipment)
        first = self.scene.request(
            self.equipment, mfg_fault_code="B7", mfg_case_id=case.id
        )

        first._mfg_apply_partner_state("completed")
        self.assertEqual(case.state, "open")
        self.request._mfg_apply_partner_state("completed")

        self.assertEqual(case.state, "settled")
        self.assertAllClear()

    def test_request_names_what_waits_for_it(self):
        waiting = self.request.mfg_waiting_message

        self.assertIn(self.order.name, waiting)

    def test_request_that_nothing_waits_for_shows_no_banner(self):
        other = self.scene.request(self.equipment)

        self.assertFalse(other.mfg_waiting_message)

    def test_machine_under_repair_stays_so_when_it_repeats_its_fault(self):
        self.request._mfg_apply_partner_state("in_progress")
        self.assertEqual(self.equipment.mfg_availability, "under_maintenance")

        self.equipment._mfg_report_state("Aborted")

        self.assertEqual(self.equipment.mfg_availability, "under_maintenance")

    def test_machine_that_runs_is_running_whatever_the_repair_says(self):
        self.equipment._mfg_report_state("Execute")

        self.assertEqual(self.equipment.mfg_availability, "running")
