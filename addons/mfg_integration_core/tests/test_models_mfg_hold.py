from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from ..exceptions import GateError
from .common import ManufacturingCase


class TestHold(ManufacturingCase):
    def test_hold_placed_twice_for_one_blocker_is_one_hold(self):
        request = self.scene.request(self.equipment)

        first = self.given_hold(blocker=request)
        second = self.given_hold(blocker=request, reason="Another fault")

        self.assertEqual(first, second)
        self.assertEqual(self.order.mfg_active_hold_count, 1)

    def test_hold_is_named_after_what_happened(self):
        hold = self.given_hold(reason="E-STOP on Assembly Robot R1")

        self.assertRecordValues(
            hold,
            [
                {
                    "name": "Manual hold: E-STOP on Assembly Robot R1",
                    "state": "active",
                    "placed_by_id": self.env.uid,
                    "document_name": self.order.name,
                }
            ],
        )

    def test_finished_order_cannot_be_held(self):
        self.scene.finish(self.order)

        with self.assertRaisesRegex(UserError, "is completed, so it can no longer"):
            self.given_hold()

    def test_cancelled_order_cannot_be_held(self):
        self.order.action_cancel()

        with self.assertRaisesRegex(UserError, "is cancelled, so it can no longer"):
            self.given_hold()

    def test_cancelling_an_order_lifts_its_holds_without_resuming_it(self):
        hold = self.given_hold()

        self.order.action_cancel()

        self.assertRecordValues(
            hold, [{"state": "lifted", "lift_reason": "The order was cancelled."}]
        )
        self.assertFalse(self.audit(self.order, "order.resumed"))
        self.assertEqual(self.order.mfg_state, "cancelled")

    def test_deleting_a_held_lot_leaves_no_active_hold(self):
        lot = self.scene.lot(self.product, "LOT-GONE")
        hold = self.given_hold(lot)

        lot.unlink()

        self.assertEqual(hold.state, "lifted")

    def test_hold_waits_for_its_blocker(self):
        request = self.scene.request(self.equipment)
        waiting = self.given_hold(blocker=request)
        other = self.given_hold(reason_code="manual", reason="Wait for the customer")

        self.env["mfg.hold"]._lift_blocked_by(request, "Repaired", by="J. Smith")

        self.assertRecordValues(
            waiting + other,
            [
                {"state": "lifted", "lift_reason": "Repaired", "lifted_by": "J. Smith"},
                {"state": "active", "lift_reason": False, "lifted_by": False},
            ],
        )

    def test_hold_and_release_are_audited_in_the_chain_of_their_cause(self):
        chain = {"mfg_correlation_id": "chain-1", "mfg_causation_id": "event-1"}

        hold = (
            self.env["mfg.hold"]
            .with_context(**chain)
            ._place(self.order, reason_code="manual", reason="Look at it")
        )
        hold.with_context(mfg_correlation_id=False)._lift("Looked at")

        entries = self.audit(self.order)[-3:]
        self.assertEqual(
            entries.mapped("action"), ["hold.placed", "hold.lifted", "order.resumed"]
        )
        self.assertEqual(set(entries.mapped("correlation_id")), {"chain-1"})
        self.assertEqual(entries[0].message_uuid, "event-1")
        self.assertEqual(entries[1].why, "Looked at")


class TestResume(ManufacturingCase):
    def test_hold_pauses_running_work_orders_of_everybody(self):
        workorder = self.given_running_workorder()
        other = new_test_user(
            self.env, "operator2", groups="mrp.group_mrp_user,base.group_user"
        )
        workorder.with_user(other).button_start()

        hold = self.given_hold()

        self.assertFalse(workorder._mfg_running())
        self.assertEqual(hold.paused_workorder_ids, workorder)

    def test_order_resumes_by_itself_when_its_last_hold_is_lifted(self):
        workorder = self.given_running_workorder()
        fault = self.given_hold()
        review = self.given_hold(reason_code="quality_review", reason="Check LOT-001")

        fault._lift("Repaired")
        self.assertEqual(self.order.mfg_state, "blocked")
        self.assertFalse(workorder._mfg_running())
        review._lift("Released", by="Q. Inspector")

        self.assertEqual(self.order.mfg_state, "in_progress")
        self.assertEqual(workorder._mfg_running(), workorder)
        self.assertEqual(self.audit(self.order, "order.resumed").why, "Released")

    def test_order_resumes_when_its_holds_are_lifted_together(self):
        fault = self.given_hold()
        review = self.given_hold(reason_code="quality_review", reason="Check LOT-001")

        (fault | review)._lift("Both are over")

        self.assertNotEqual(self.order.mfg_state, "blocked")
        self.assertEqual(self.audit(self.order, "order.resumed").why, "Both are over")

    def test_resuming_is_told_in_the_chatter_by_the_acting_user(self):
        self.given_running_workorder()
        hold = self.given_hold()

        hold._lift("Sensor replaced")

        note = self.order.message_ids[:1]
        self.assertIn("Sensor replaced", note.body)
        self.assertIn("Started again: Assembly", note.body)
        self.assertEqual(note.author_id, self.env.user.partner_id)

    def test_work_order_of_a_blocked_work_center_does_not_start_again(self):
        workorder = self.given_running_workorder()
        hold = self.given_hold()
        self.workcenter._mfg_block("Still broken")

        hold._lift("Released")

        self.assertFalse(workorder._mfg_running())
        self.assertEqual(self.order.mfg_state, "in_progress")

    def test_work_order_of_held_equipment_does_not_start_again(self):
        workorder = self.given_running_workorder()
        hold = self.given_hold()
        self.given_hold(self.equipment, reason="Calibration is due")

        hold._lift("Released")

        self.assertFalse(workorder._mfg_running())

    def test_work_orders_that_the_block_stopped_start_again_too(self):
        workorder = self.given_running_workorder()
        stopped = self.workcenter._mfg_block("E-STOP")
        hold = self.given_hold(paused_workorders=stopped)
        self.workcenter._mfg_unblock()

        hold._lift("Repaired")

        self.assertEqual(stopped, workorder)
        self.assertEqual(workorder._mfg_running(), workorder)


class TestGates(ManufacturingCase):
    def test_held_order_refuses_to_finish_and_names_every_hold(self):
        hold = self.given_hold()
        self.given_hold(
            reason_code="quality_review", reason="Check LOT-001", clearer="Quality"
        )
        hold.placed_at = datetime(2026, 11, 20, 14, 3)

        with self.assertRaises(UserError) as refusal:
            self.scene.finish(self.order)

        text = str(refusal.exception)
        self.assertIn(
            f"{self.order.name} cannot be finished: blocked by Manual hold: E-STOP"
            " on Assembly Robot R1 since 20 Nov ",
            text,
        )
        self.assertIn("(Maintenance can clear it); blocked by Quality review:", text)
        self.assertIn("(Quality can clear it).", text)
        self.assertNotEqual(self.order.state, "done")

    def test_refusal_is_plain_text_for_people_and_an_outcome_for_handlers(self):
        hold = self.given_hold()

        with self.assertRaises(GateError) as refusal:
            self.order.button_mark_done()

        self.assertIsInstance(refusal.exception, UserError)
        self.assertEqual(type(refusal.exception).__name__, "UserError")
        self.assertEqual(refusal.exception.holds, hold)
        self.assertEqual(refusal.exception.as_problem()["status"], 409)

    def test_held_order_posts_no_inventory(self):
        self.scene.ready_to_finish(self.order)
        self.given_hold()

        with self.assertRaises(GateError):
            self.order._post_inventory()

    def test_held_order_is_not_set_done_by_a_write(self):
        self.given_hold()

        with self.assertRaises(GateError):
            self.order.write({"state": "done"})

    def test_moves_of_a_held_order_are_not_done(self):
        self.scene.ready_to_finish(self.order)
        self.given_hold()

        with self.assertRaises(GateError):
            self.order.move_raw_ids._action_done()

    def test_held_order_starts_and_finishes_no_work_order(self):
        self.given_hold()
        workorder = self.order.workorder_ids

        for refused in (
            workorder.button_start,
            workorder.button_finish,
            lambda: workorder.write({"state": "progress"}),
            lambda: workorder.write({"state": "done"}),
        ):
            with self.subTest(refused), self.assertRaises(GateError):
                refused()

    def test_held_work_center_starts_no_work_order(self):
        self.given_hold(self.workcenter)

        with self.assertRaisesRegex(GateError, "Assembly Line 1 cannot be started"):
            self.order.workorder_ids.button_start()

    def test_held_equipment_starts_no_work_order_at_its_work_center(self):
        self.given_hold(self.equipment)
        planner = new_test_user(
            self.env, "planner2", groups="mrp.group_mrp_user,base.group_user"
        )

        with self.assertRaisesRegex(GateError, "Robot R1 cannot be started"):
            self.order.workorder_ids.with_user(planner).button_start()

    def test_held_order_is_not_split(self):
        self.given_hold()

        with self.assertRaisesRegex(GateError, "cannot be split or merged"):
            self.order._split_productions({self.order: [60, 60]})

    def test_held_lot_does_not_leave_the_line(self):
        self.given_hold(self.lot)

        with self.assertRaisesRegex(GateError, "LOT-001 cannot be moved"):
            self.scene.finish(self.order)

    def test_held_lot_can_be_scrapped(self):
        self.scene.stock(self.product, 10, lot=self.lot)
        self.given_hold(self.lot)
        scrap = self.env["stock.scrap"].create(
            {"product_id": self.product.id, "lot_id": self.lot.id, "scrap_qty": 1}
        )

        scrap.action_validate()

        self.assertEqual(scrap.state, "done")

    def test_free_order_finishes(self):
        self.given_hold()._lift("Never mind")

        self.scene.finish(self.order)

        self.assertRecordValues(
            self.order, [{"state": "done", "mfg_state": "completed"}]
        )

    def test_gate_of_nothing_asks_the_database_nothing(self):
        with self.assertQueryCount(0):
            self.env["stock.lot"]._mfg_check_gate("move")

    def test_gate_asks_two_queries_for_all_orders_together(self):
        orders = self.order + self.scene.order(self.bom) + self.scene.order(self.bom)
        self.commit()
        self.env["mfg.connector"]._asked_by_orders()  # from now on in memory

        with self.assertQueryCount(2):
            orders._mfg_check_gate("finish")
            orders._mfg_check_gate("finish")

    def test_gate_forgets_what_it_knew_when_a_hold_is_placed(self):
        self.order._mfg_check_gate("finish")
        self.given_hold()

        with self.assertRaises(GateError):
            self.order._mfg_check_gate("finish")

    def test_planner_without_integration_rights_is_told_why(self):
        planner = new_test_user(
            self.env, "planner1", groups="mrp.group_mrp_user,base.group_user"
        )
        self.given_hold()
        order = self.order.with_user(planner)

        with self.assertRaisesRegex(UserError, "Maintenance can clear it"):
            order.button_mark_done()
        self.assertIn("Maintenance can clear it", order.mfg_block_message)


class TestLiftByHand(ManufacturingCase):
    def lift(self, hold, login, groups):
        user = new_test_user(self.env, login, groups=groups)
        wizard = self.env["mfg.hold.lift"].with_user(user)
        return wizard.create(
            {"hold_ids": [(6, 0, hold.ids)], "reason": "Checked"}
        ).action_lift()

    def test_operator_lifts_a_hold_and_says_why(self):
        hold = self.given_hold()

        self.lift(hold, "op1", "mfg_integration_core.group_operator")

        self.assertRecordValues(hold, [{"state": "lifted", "lift_reason": "Checked"}])
        self.assertTrue(hold.lifted_by.startswith("op1"))

    def test_viewer_lifts_no_hold(self):
        hold = self.given_hold()

        with self.assertRaises(AccessError):
            self.lift(hold, "viewer1", "mfg_integration_core.group_viewer")

    def test_nobody_writes_a_hold_directly(self):
        hold = self.given_hold()
        user = new_test_user(
            self.env, "admin1", groups="mfg_integration_core.group_administrator"
        )

        with self.assertRaises(AccessError):
            hold.with_user(user).write({"state": "lifted"})
