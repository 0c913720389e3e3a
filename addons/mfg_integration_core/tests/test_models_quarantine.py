from odoo.exceptions import UserError

from ..exceptions import GateError
from .test_models_holdable import HoldableCase


class QuarantineCase(HoldableCase):
    def setUp(self):
        super().setUp()
        self.part = self.scene.product("Seal")
        self.scene.stock(self.part, 100)

    def given_held_quantity(self, quantity=20, **cause):
        cause = {"reason_code": "manual", "reason": "Wet", "clearer": "Quality"} | cause
        quant = self.stock.quant(self.part)
        hold = self.env["mfg.quarantine"]._set_aside(quant, quantity, **cause)
        return hold, hold._document()

    @property
    def quarantine_location(self):
        return self.stock.warehouse.mfg_quarantine_location_id

    def lift(self, hold, decision="back"):
        wizard = self.env["mfg.hold.lift"].create(
            {
                "hold_ids": [(6, 0, hold.ids)],
                "reason": "Decided",
                "decision": decision,
            }
        )
        wizard.action_lift()


class TestQuantity(QuarantineCase):
    def test_d2_held_quantity_is_reserved_for_the_quarantine_location(self):
        hold, held = self.given_held_quantity()

        transfer = held.move_ids.picking_id
        self.assertEqual(transfer.state, "assigned")
        self.assertEqual(transfer.location_dest_id, self.quarantine_location)
        self.assertEqual(self.stock.quant(self.part).reserved_quantity, 20)
        self.assertRegex(hold.document_name, "^20.00 Units of Seal in WH/Stock$")

    def test_d2_held_quantity_is_not_reserved_for_others(self):
        self.given_held_quantity()

        transfer = self.stock.delivery(self.part, 100)

        self.assertEqual(transfer.move_ids.quantity, 80)

    def test_d2_held_quantity_is_taken_from_who_had_reserved_it(self):
        transfer = self.stock.delivery(self.part, 100)

        self.given_held_quantity()

        self.assertEqual(transfer.move_ids.quantity, 80)
        self.assertEqual(self.stock.quant(self.part).reserved_quantity, 100)

    def test_d2_more_than_is_free_does_not_leave(self):
        self.given_held_quantity()
        transfer = self.stock.delivery(self.part, 90)
        transfer.move_ids.quantity = 90

        with self.assertRaisesRegex(GateError, "Seal in WH/Stock cannot be moved"):
            self.stock.validate(transfer)

    def test_d2_the_rest_of_the_location_may_leave(self):
        self.given_held_quantity()
        transfer = self.stock.delivery(self.part, 80)

        self.stock.validate(transfer)

        self.assertEqual(self.stock.on_hand(self.part), 20)

    def test_d2_order_does_not_consume_what_is_on_hold(self):
        product = self.scene.product("Pump")
        order = self.scene.order(
            self.scene.bom(product, [self.part], self.workcenter), quantity=90
        )
        self.given_held_quantity()
        self.scene.ready_to_finish(order)
        order.move_raw_ids.quantity = 90
        order.move_raw_ids.picked = True

        with self.assertRaisesRegex(GateError, "cannot be moved"):
            order.with_context(skip_backorder=True).button_mark_done()

    def test_d2_more_than_there_is_can_not_be_held(self):
        self.given_held_quantity(90)

        with self.assertRaisesRegex(UserError, "Only 10.00 Units of Seal"):
            self.given_held_quantity(20)

    def test_d2_goods_of_another_owner_are_held_as_theirs(self):
        owner = self.env["res.partner"].create({"name": "Consignor"})
        stock, quants = self.stock.warehouse.lot_stock_id, self.env["stock.quant"]
        quants._update_available_quantity(self.part, stock, 30, owner_id=owner)
        theirs = quants.search(
            [("product_id", "=", self.part.id), ("owner_id", "=", owner.id)]
        )

        hold = self.env["mfg.quarantine"]._set_aside(
            theirs, 20, reason_code="manual", reason="Wet"
        )

        held = hold._document()
        self.assertEqual((held.owner_id, theirs.reserved_quantity), (owner, 20))
        with self.assertRaisesRegex(UserError, "Only 10.00 Units of Seal"):
            self.env["mfg.quarantine"]._set_aside(
                theirs, 20, reason_code="manual", reason="Wet"
            )
        # Ours are not held by it.
        transfer = self.stock.delivery(self.part, 100)
        self.stock.validate(transfer)
        self.assertEqual(transfer.state, "done")
        self.stock.validate(held.move_ids.picking_id)
        self.lift(hold)
        self.assertEqual((theirs.quantity, theirs.reserved_quantity), (30, 0))

    def test_d2_held_quantity_can_be_carried_away_and_stays_held_there(self):
        _hold, held = self.given_held_quantity()

        self.stock.validate(held.move_ids.picking_id)

        self.assertEqual(self.stock.on_hand(self.part, self.quarantine_location), 20)
        self.assertEqual(held.moved_quantity, 20)
        out = self.stock._transfer(
            self.stock.warehouse.out_type_id,
            self.part,
            5,
            self.quarantine_location,
            self.stock.customers,
        )
        with self.assertRaisesRegex(GateError, "cannot be moved"):
            self.stock.validate(out)

    def test_d2_transfer_of_held_goods_is_not_cancelled(self):
        _hold, held = self.given_held_quantity()

        with self.assertRaisesRegex(UserError, "lift the hold, which cancels"):
            held.move_ids.picking_id.action_cancel()

    def test_d2_nobody_passes_by_calling_a_move_one_of_the_quarantine(self):
        _hold, held = self.given_held_quantity()
        transfer = self.stock.delivery(self.part, 80)
        transfer.move_ids.quantity = 100
        transfer.move_ids.mfg_quarantine_id = held

        with self.assertRaises(GateError):
            self.stock.validate(transfer)

    def test_d2_quarantine_location_is_made_once_and_beside_the_stock(self):
        self.given_held_quantity(5)
        first = self.quarantine_location
        self.given_held_quantity(5)

        self.assertEqual(self.quarantine_location, first)
        self.assertTrue(first.mfg_is_quarantine)
        self.assertEqual(first.location_id, self.stock.warehouse.view_location_id)

    def test_d2_operator_holds_a_part_of_a_line_of_stock(self):
        quant = self.stock.quant(self.part)

        self.env["mfg.hold.place"].with_context(
            active_model="stock.quant", active_ids=quant.ids
        ).create({"reason": "Wet", "quantity": 30}).action_place()

        self.assertEqual(quant.reserved_quantity, 30)


class TestRelease(QuarantineCase):
    def test_d2_lifted_before_it_was_carried_away_it_is_simply_free(self):
        hold, held = self.given_held_quantity()

        self.lift(hold)

        self.assertEqual(held.state, "back")
        self.assertEqual(held.move_ids.state, "cancel")
        self.assertEqual(self.stock.quant(self.part).reserved_quantity, 0)

    def test_d2_lifted_after_it_was_carried_away_it_is_brought_back(self):
        hold, held = self.given_held_quantity()
        self.stock.validate(held.move_ids.picking_id)

        self.lift(hold)

        self.assertEqual(self.stock.on_hand(self.part), 100)
        self.assertEqual(self.stock.on_hand(self.part, self.quarantine_location), 0)

    def test_d2_decided_to_be_scrapped_it_is_gone(self):
        for is_carried_away in (False, True):
            with self.subTest(is_carried_away):
                before = self.stock.on_hand(self.part)
                hold, held = self.given_held_quantity()
                if is_carried_away:
                    self.stock.validate(held.move_ids.picking_id)

                self.lift(hold, "scrap")

                self.assertEqual(held.state, "scrapped")
                self.assertEqual(self.stock.on_hand(self.part), before - 20)
                place = self.quarantine_location
                self.assertEqual(self.stock.on_hand(self.part, place), 0)

    def test_d3_goods_go_back_by_themselves_when_the_blocker_is_done(self):
        request = self.scene.request(self.equipment)
        _hold, held = self.given_held_quantity(blocker=request)

        self.env["mfg.hold"]._lift_blocked_by(request, "Dry again", by="J. Smith")

        self.assertEqual(held.state, "back")
        self.assertEqual(self.audit(held, "document.freed").why, "Dry again")
