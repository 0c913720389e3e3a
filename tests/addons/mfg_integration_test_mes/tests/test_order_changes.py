from odoo.exceptions import UserError

from .costs_case import CostsCase


class TestOrderChanges(CostsCase):
    """The sums hold whatever people do to an order of which a part is posted."""

    def finish(self, order=None, *, with_backorder=False):
        order = order or self.order
        context = {"skip_backorder": True, "skip_consumption": True}
        if with_backorder:
            context["mo_ids_to_backorder"] = order.ids
        order.with_context(**context).button_mark_done()

    def test_g2_after_a_backorder_both_orders_add_up(self):
        self.report(40)

        self.finish(with_backorder=True)

        backorder = self.backorder()
        self.assertEqual(self.order.state, "done")
        self.assertEqual(backorder.product_qty, 60)
        self.report(60, order=backorder, lot="GB-9", is_final=True)
        self.assertEqual(self.on_hand(self.gearbox), 100)
        self.assertEqual(self.on_hand(self.housing), 1560 - 100)
        for order in (self.order, backorder):
            self.assertSums(order)
            self.assertCosts(order)

    def backorder(self):
        name = self.order.name.removesuffix("-001")
        return self.env["mrp.production"].search(
            [("name", "like", f"{name}-"), ("id", "!=", self.order.id)]
        )

    def test_g2_after_a_split_both_orders_add_up(self):
        self.report(30)

        parts = self.order._split_productions({self.order: [70, 30]})
        self.report(40)
        self.report(30, order=parts[1], lot="GB-9")

        self.assertEqual(self.on_hand(self.gearbox), 100)
        self.assertEqual(self.on_hand(self.housing), 1560 - 100)
        for order in parts:
            self.assertSums(order)
            self.assertCosts(order)

    def test_g2_after_a_merge_the_new_order_adds_up(self):
        others = self.given_order(20, "GB-20") | self.given_order(30, "GB-30")
        others.action_merge()
        merged = self.env["mrp.production"].search(
            [("product_id", "=", self.gearbox.id), ("product_qty", "=", 50)]
        )

        self.report(50, order=merged, lot="GB-20", is_final=True)

        self.assertEqual(self.on_hand(self.gearbox), 50)
        self.assertSums(merged)
        self.assertCosts(merged)

    def test_g2_orders_of_which_something_was_told_are_not_merged(self):
        self.gearbox.mfg_posting_policy = "progress"
        self.given_reason()
        silent, told = self.given_order(20, "GB-20"), self.given_order(30, "GB-30")
        rework = [{"quantity": 2, "reason": "SCRATCH"}]
        self.report(0, order=told, rework=rework)
        self.assertEqual(told.state, "confirmed")

        with self.assertRaises(UserError) as refused:
            (silent | told).action_merge()

        self.assertIn(told.name, str(refused.exception))
        self.assertNotIn(silent.name, str(refused.exception))
        self.assertEqual(told.mfg_reported_rework_quantity, 2)

    def test_g5_orders_that_machines_counted_for_are_not_merged(self):
        silent, counted = self.given_order(20, "GB-20"), self.given_order(30, "GB-30")
        counted.mfg_good_quantity = 3

        with self.assertRaises(UserError) as refused:
            (silent | counted).action_merge()

        self.assertIn(counted.name, str(refused.exception))

    def test_g2_a_report_for_an_order_that_was_merged_waits_with_ready_choices(self):
        orders = self.given_order(20, "GB-20") | self.given_order(30, "GB-30")
        orders.action_merge()

        late = self.report(5, order=orders[0], lot="GB-20")

        self.assertRecordValues(late, [{"state": "to_decide", "cause": "closed"}])

    def test_g2_after_a_split_of_progress_both_orders_add_up(self):
        self.gearbox.mfg_posting_policy = "progress"
        self.report(30)

        first, second = self.order._split_productions({self.order: [70, 30]})
        self.report(40, order=first)
        self.report(30, order=second, lot="GB-9")
        for order, quantity in ((first, 70), (second, 30)):
            self.finish(order)
            self.assertEqual(order.qty_produced, quantity)
            self.assertSums(order)
            self.assertCosts(order)

        self.assertEqual(self.on_hand(self.gearbox), 100)
        self.assertEqual(self.on_hand(self.housing), 1560 - 100)

    def test_g2_less_ordered_than_was_reported_is_made_all_the_same(self):
        self.gearbox.mfg_posting_policy = "progress"
        used = {"product": "HOUSING", "quantity": 40, "lot": "H-9"}
        self.report(40, consumption=[used])
        self.env["change.production.qty"].create(
            {"mo_id": self.order.id, "product_qty": 30}
        ).change_prod_qty()

        self.finish()

        self.assertEqual(self.on_hand(self.gearbox), 40)
        self.assertEqual(self.on_hand(self.housing), 1560 - 40)
        self.assertSums(self.order)
        self.assertCosts()

    def test_g2_after_an_unbuild_the_order_still_says_what_was_reported(self):
        self.report(20, is_final=True)
        self.env["mrp.unbuild"].create(
            {
                "mo_id": self.order.id,
                "product_id": self.gearbox.id,
                "bom_id": self.bom.id,
                "product_qty": 5,
                "product_uom_id": self.gearbox.uom_id.id,
                "lot_id": self.made().move_line_ids.lot_id.id,
            }
        ).action_unbuild()

        self.assertEqual(self.on_hand(self.gearbox), 15)
        self.assertEqual(self.on_hand(self.housing), 1560 - 15)
        self.assertSums(self.order)

    def test_g2_after_a_change_of_the_quantity_components_follow(self):
        self.report(40)
        self.env["change.production.qty"].create(
            {"mo_id": self.order.id, "product_qty": 200}
        ).change_prod_qty()

        self.report(160, is_final=True)

        self.assertEqual(self.on_hand(self.gearbox), 200)
        self.assertEqual(self.on_hand(self.housing), 1560 - 200)
        self.assertSums(self.order)
        self.assertCosts()

    def test_g2_a_person_who_makes_less_than_was_reported_does_not_undo_it(self):
        self.gearbox.mfg_posting_policy = "progress"
        self.report(40)

        self.order.qty_producing = 25
        self.finish()

        self.assertEqual(self.on_hand(self.gearbox), 40)
        self.assertSums(self.order)
        self.assertCosts()

    def test_g2_pieces_reported_for_an_order_in_boxes_lose_nothing(self):
        box = self.scene.box(12)
        # A name that no other unit of the database has: the MES says it.
        box.name = "Crate of GB-200"
        order = self.env["mrp.production"].create(
            {
                "product_id": self.gearbox.id,
                "bom_id": self.bom.id,
                "product_qty": 2,
                "product_uom_id": box.id,
            }
        )
        order.action_confirm()
        order.action_assign()
        for _number in range(12):
            self.report(1, order=order, unit="Units", lot="GB-9")
        self.report(1, order=order, unit=box.name, lot="GB-9", is_final=True)

        self.assertEqual(self.on_hand(self.gearbox), 24)
        self.assertEqual(self.on_hand(self.housing), 1560 - 24)
        self.assertSums(order)

    def test_g2_small_fractions_are_rounded_once(self):
        for _number in range(3):
            self.report(0.004)
        self.assertEqual(self.on_hand(self.gearbox), 0.01)

        self.report(0.988)

        self.assertEqual(self.on_hand(self.gearbox), 1)
        self.assertSums(self.order)
