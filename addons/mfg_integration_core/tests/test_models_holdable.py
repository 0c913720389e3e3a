from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from ..exceptions import GateError
from .common import ManufacturingCase
from .stock_scene import StockScene

#: What may be held and stands on a screen of its own.
HOLDABLE = {
    "mrp.production",
    "mrp.workorder",
    "mrp.workcenter",
    "maintenance.equipment",
    "stock.lot",
    "stock.picking",
    "res.partner",
}


class HoldableCase(ManufacturingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock = StockScene(cls.env)
        cls.supplier = cls.env["res.partner"].create({"name": "Castings Ltd"})


class TestWorkOrder(HoldableCase):
    def test_d2_held_work_order_neither_starts_nor_finishes(self):
        workorder = self.order.workorder_ids
        self.given_hold(workorder, reason="Fixture is worn")

        for refused in (
            workorder.button_start,
            workorder.button_finish,
            lambda: workorder.write({"state": "progress"}),
            lambda: workorder.write({"state": "done"}),
        ):
            with self.subTest(refused), self.assertRaisesRegex(GateError, "Fixture"):
                refused()

    def test_d2_order_of_a_held_work_order_does_not_finish(self):
        self.given_hold(self.order.workorder_ids)

        with self.assertRaisesRegex(GateError, "Assembly.* cannot be finished"):
            self.scene.finish(self.order)

    def test_d2_finished_work_order_cannot_be_held(self):
        self.scene.finish(self.order)

        with self.assertRaisesRegex(UserError, "is over, so it can no longer be held"):
            self.given_hold(self.order.workorder_ids)

    def test_d2_cancelled_order_leaves_no_hold_on_its_work_orders(self):
        hold = self.given_hold(self.order.workorder_ids)

        self.order.action_cancel()

        self.assertEqual(hold.state, "lifted")
        self.assertFalse(self.audit(self.order.workorder_ids, "document.freed"))

    def test_d3_work_order_runs_again_when_its_last_hold_is_lifted(self):
        workorder = self.given_running_workorder()
        hold = self.given_hold(workorder)
        self.assertFalse(workorder._mfg_running())

        hold._lift("New fixture", by="J. Smith")

        self.assertEqual(workorder._mfg_running(), workorder)
        self.assertIn("New fixture", self.order.message_ids[:1].body)
        self.assertEqual(self.audit(workorder, "document.freed").why, "New fixture")

    def test_d3_lifted_order_does_not_start_its_held_work_order(self):
        workorder = self.given_running_workorder()
        order_hold = self.given_hold()
        self.given_hold(workorder)

        order_hold._lift("Released")

        self.assertFalse(workorder._mfg_running())


class TestTransfer(HoldableCase):
    def setUp(self):
        super().setUp()
        self.transfer = self.stock.delivery(self.component, 5)

    def test_d2_held_transfer_is_not_validated(self):
        self.given_hold(self.transfer, reason="Customer is in default")
        self.transfer.move_ids.picked = True

        for refused in (
            self.transfer.button_validate,
            self.transfer._action_done,
            self.transfer.move_ids._action_done,
            lambda: self.transfer.move_ids.write({"state": "done"}),
            lambda: self.transfer.write({"state": "done"}),
        ):
            with (
                self.subTest(refused),
                self.assertRaisesRegex(
                    GateError, "cannot be validated: .*Customer is in default"
                ),
            ):
                refused()
        self.assertEqual(self.transfer.state, "assigned")

    def test_d2_nothing_is_reserved_for_a_held_transfer(self):
        waiting = self.stock.delivery(self.component, 5, reserve=False)
        waiting.do_unreserve()
        self.given_hold(waiting)

        with self.assertRaisesRegex(GateError, "Nothing can be reserved for"):
            waiting.action_assign()
        waiting.move_ids._action_assign()

        self.assertEqual(waiting.move_ids.state, "confirmed")

    def test_d2_move_that_is_made_as_done_passes_the_gate_too(self):
        self.given_hold(self.transfer)
        done = self.transfer.move_ids.copy_data()[0] | {"state": "done"}

        with self.assertRaisesRegex(GateError, "cannot be validated"):
            self.env["stock.move"].create({**done, "picking_id": self.transfer.id})

    def test_d2_cancelled_transfer_leaves_no_hold(self):
        hold = self.given_hold(self.transfer)

        self.transfer.action_cancel()

        self.assertEqual(hold.state, "lifted")
        self.assertFalse(self.audit(self.transfer, "document.freed"))

    def test_d2_finished_transfer_cannot_be_held(self):
        self.stock.validate(self.transfer)

        with self.assertRaisesRegex(UserError, "is over, so it can no longer be held"):
            self.given_hold(self.transfer)

    def test_d3_transfer_may_go_on_and_says_who_let_it(self):
        hold = self.given_hold(self.transfer)

        hold._lift("Paid", by="A. Counter")
        self.stock.validate(self.transfer)

        self.assertEqual(self.transfer.state, "done")
        notes = " ".join(self.transfer.message_ids.mapped("body"))
        self.assertIn("May go on", notes)
        self.assertIn("Paid", notes)
        self.assertEqual(self.audit(self.transfer, "document.freed").why, "Paid")

    def test_d3_transfer_says_once_that_its_holds_were_lifted_together(self):
        holds = self.given_hold(self.transfer) | self.given_hold(
            self.transfer, reason="Customer is in default"
        )

        holds._lift("Paid")

        freed = self.audit(self.transfer, "document.freed")
        self.assertEqual(freed.mapped("why"), ["Paid"])
        self.assertEqual(freed.correlation_id, holds.sorted("id")[-1].correlation_id)


class TestSupplier(HoldableCase):
    def test_d2_nothing_is_received_from_a_held_supplier(self):
        receipt = self.stock.receipt(self.supplier, self.component, 5)
        hold = self.given_hold(self.supplier, reason="Failed audit")

        with self.assertRaisesRegex(GateError, "received from Castings Ltd: .*Failed"):
            self.stock.validate(receipt)
        hold._lift("Audit passed")
        self.stock.validate(receipt)

        self.assertEqual(receipt.state, "done")

    def test_d2_hold_on_a_company_counts_for_its_addresses(self):
        plant = self.env["res.partner"].create(
            {"name": "Castings, Plant 2", "parent_id": self.supplier.id}
        )
        receipt = self.stock.receipt(plant, self.component, 5)
        self.given_hold(self.supplier)

        with self.assertRaisesRegex(GateError, "received from Castings Ltd"):
            self.stock.validate(receipt)

    def test_d2_goods_may_go_back_to_a_held_supplier(self):
        transfer = self.stock.delivery(self.component, 5)
        transfer.partner_id = self.supplier
        self.given_hold(self.supplier)

        self.stock.validate(transfer)

        self.assertEqual(transfer.state, "done")


class TestLot(HoldableCase):
    def setUp(self):
        super().setUp()
        self.part = self.scene.product("Casting", tracking="lot")
        self.good = self.scene.lot(self.part, "GOOD")
        self.bad = self.scene.lot(self.part, "BAD")

    def given_delivery(self, quantity=5, reserve=True):
        return self.stock.delivery(self.part, quantity, reserve=reserve)

    def test_d2_reservation_leaves_a_held_lot_out_and_takes_the_next(self):
        self.scene.stock(self.part, 5, lot=self.bad)
        self.scene.stock(self.part, 5, lot=self.good)
        self.given_hold(self.bad)

        transfer = self.given_delivery()

        self.assertEqual(transfer.move_ids.move_line_ids.lot_id, self.good)

    def test_d2_reservation_does_not_complain_where_all_lots_are_held(self):
        self.scene.stock(self.part, 5, lot=self.bad)
        self.given_hold(self.bad)

        transfer = self.given_delivery()

        self.assertEqual(transfer.move_ids.state, "confirmed")

    def test_d2_lot_is_reserved_again_once_it_is_free(self):
        self.scene.stock(self.part, 5, lot=self.bad)
        hold = self.given_hold(self.bad)
        transfer = self.given_delivery()

        hold._lift("It was a scratch")
        transfer.action_assign()

        self.assertEqual(transfer.move_ids.move_line_ids.lot_id, self.bad)

    def test_d2_what_was_reserved_of_a_lot_can_be_given_back_while_it_is_held(self):
        self.scene.stock(self.part, 5, lot=self.bad)
        transfer = self.given_delivery()
        self.given_hold(self.bad)

        transfer.do_unreserve()

        self.assertEqual(self.stock.quant(self.part, self.bad).reserved_quantity, 0)

    def test_d2_scheduler_runs_through_while_things_are_held(self):
        self.scene.stock(self.part, 5, lot=self.bad)
        self.given_hold(self.bad)
        waiting = self.given_delivery(reserve=False)
        held = self.stock.delivery(self.component, 5, reserve=False)
        held.do_unreserve()
        self.given_hold(held)
        free = self.stock.delivery(self.component, 7, reserve=False)
        free.do_unreserve()

        moves = waiting.move_ids | held.move_ids | free.move_ids
        moves.reservation_date = fields.Date.today()
        self.env[self._scheduler()]._run_scheduler_tasks()

        self.assertEqual(waiting.move_ids.state, "confirmed")
        self.assertEqual(held.move_ids.state, "confirmed")
        self.assertEqual(free.move_ids.state, "assigned")

    def test_d2_scheduler_reserves_nothing_for_a_held_order_until_it_is_free(self):
        self.order.do_unreserve()
        hold = self.given_hold()
        self.order.move_raw_ids.reservation_date = fields.Date.today()

        self.env[self._scheduler()]._run_scheduler_tasks()
        self.assertEqual(self.order.reservation_state, "confirmed")
        hold._lift("Looked at it")
        self.env[self._scheduler()]._run_scheduler_tasks()

        self.assertEqual(self.order.reservation_state, "assigned")

    def _scheduler(self):
        # The model that runs the scheduler; 17.0 and 19.0 have it in different ones.
        on_rules = hasattr(self.env["stock.rule"], "_run_scheduler_tasks")
        return "stock.rule" if on_rules else "procurement.group"

    def test_d2_held_lot_is_not_relocated(self):
        self.scene.stock(self.part, 5, lot=self.bad)
        self.given_hold(self.bad)
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stock.warehouse.lot_stock_id.id}
        )

        with self.assertRaisesRegex(GateError, "BAD cannot be moved"):
            self.stock.quant(self.part, self.bad).move_quants(location_dest_id=shelf)

    def test_d2_held_lot_can_be_counted(self):
        self.scene.stock(self.part, 5, lot=self.bad)
        self.given_hold(self.bad)
        quant = self.stock.quant(self.part, self.bad)

        quant.with_context(inventory_mode=True).inventory_quantity = 3
        quant.action_apply_inventory()

        self.assertEqual(quant.quantity, 3)

    def test_d2_finished_delivery_is_not_corrected_to_a_held_lot(self):
        self.scene.stock(self.part, 5, lot=self.good)
        self.scene.stock(self.part, 5, lot=self.bad)
        self.given_hold(self.bad)
        transfer = self.given_delivery()
        self.stock.validate(transfer)

        with self.assertRaisesRegex(GateError, "BAD cannot be moved"):
            transfer.move_ids.move_line_ids.lot_id = self.bad

    def test_d2_held_lot_is_not_consumed(self):
        order = self._given_order_consuming(self.bad)
        self.given_hold(self.bad)

        with self.assertRaisesRegex(GateError, "BAD cannot be moved"):
            self.scene.finish(order)

    def _given_order_consuming(self, lot):
        self.scene.stock(self.part, 1, lot=lot)
        product = self.scene.product("Pump")
        bom = self.scene.bom(product, [self.part], self.workcenter)
        return self.scene.order(bom, quantity=1)


class TestPlaceByHand(HoldableCase):
    def place(self, documents, login="op1", groups="group_operator", **values):
        user = new_test_user(
            self.env,
            login,
            groups=f"mfg_integration_core.{groups},mrp.group_mrp_manager"
            ",stock.group_stock_manager,base.group_partner_manager"
            ",maintenance.group_equipment_manager",
        )
        wizard = self.env["mfg.hold.place"].with_user(user)
        return (
            wizard.with_context(active_model=documents._name, active_ids=documents.ids)
            .create({"reason": "Look at it", **values})
            .action_place()
        )

    def held(self):
        transfer = self.stock.delivery(self.component, 5)
        return {
            document._name: document
            for document in (
                self.order,
                self.order.workorder_ids,
                self.workcenter,
                self.equipment,
                self.lot,
                transfer,
                self.supplier,
            )
        }

    def test_d2_operator_holds_each_kind_of_thing_and_says_why(self):
        things = self.held()
        self.assertEqual(set(things), HOLDABLE)

        for model, thing in things.items():
            with self.subTest(model):
                self.place(thing, login=f"op-{model}")

                self.assertEqual(thing.mfg_active_hold_count, 1)
                self.assertEqual(thing.mfg_hold_ids.reason, "Look at it")
                self.assertIn("an Integration Operator", thing.mfg_block_message)

    def test_d2_several_are_held_at_once(self):
        others = self.scene.order(self.bom) + self.scene.order(self.bom)

        self.place(others, clearer="Quality")

        self.assertEqual(others.mapped("mfg_state"), ["blocked", "blocked"])
        self.assertEqual(set(others.mfg_hold_ids.mapped("clearer")), {"Quality"})

    def test_d2_viewer_places_no_hold(self):
        with self.assertRaises(AccessError):
            self.place(self.order, groups="group_viewer")

    def test_d2_operator_holds_nothing_that_he_does_not_see(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        lot = self.env["stock.lot"].create(
            {
                "name": "ELSEWHERE",
                "product_id": self.product.id,
                "company_id": elsewhere.id,
            }
        )

        with self.assertRaisesRegex(UserError, "Nothing was held"):
            self.place(lot)

        self.assertFalse(lot.mfg_active_hold_count)

    def test_d2_only_what_can_be_held_is(self):
        with self.assertRaisesRegex(UserError, "cannot be put on hold"):
            self.place(self.env.company)

    def test_d2_every_form_offers_to_place_a_hold(self):
        bindings = self.env["ir.actions.actions"].get_bindings
        for model in (*HOLDABLE, "stock.quant"):
            with self.subTest(model):
                names = [each["name"] for each in bindings(model)["action"]]
                self.assertIn("Place hold", names)
