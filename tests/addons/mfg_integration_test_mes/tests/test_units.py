from odoo.addons.mfg_integration_core import compat

from .costs_case import CostsCase


class TestUnits(CostsCase):
    """Orders and recipes in other units than their products'."""

    def given_order_in(self, unit, quantity, bom=None):
        bom = bom or self.bom
        order = self.env["mrp.production"].create(
            {
                "product_id": bom.product_tmpl_id.product_variant_id.id,
                "bom_id": bom.id,
                "product_qty": quantity,
                "product_uom_id": unit.id,
            }
        )
        if order.product_id == self.gearbox:
            compat.set_producing_lots(order, compat.producing_lots(self.order))
        order.action_confirm()
        order.action_assign()
        return order

    def given_by_weight(self, code, **values):
        """A product of which stock is kept in kg, at average cost."""
        unit = self.env.ref("uom.product_uom_kgm")
        values.update(uom_id=unit.id, categ_id=self.gearbox.categ_id.id)
        if "uom_po_id" in self.env["product.product"]._fields:
            values["uom_po_id"] = unit.id
        return self.given_product(code, **values)

    def made_of(self, order):
        return order.move_finished_ids.filtered(
            lambda move: move.product_id == order.product_id and move.state == "done"
        )

    def assertCostsOf(self, order):
        worth = self.value_of(self.used(order)) + self.work(order)
        self.assertEqual(self.value_of(self.made_of(order)), round(worth, 2))

    def test_g8_a_piece_of_a_dozen_is_taken_back_as_one_piece(self):
        order = self.given_order_in(self.scene.box(12), 2)
        wrong = self.report(5, order=order, unit="Units", lot="GB-9")

        self.handle("mfg.production.report_reversed.v1", {"report_id": wrong.name})

        self.assertEqual(self.on_hand(self.gearbox), 0)
        self.assertEqual(self.value_of(wrong.posting_id.move_ids), 0)
        self.assertSums(order)

    def test_g2_a_piece_of_a_dozen_is_worth_a_piece(self):
        order = self.given_order_in(self.scene.box(12), 2)

        first = self.report(1, order=order, unit="Units", lot="GB-9")
        for _number in range(11):
            self.report(1, order=order, unit="Units", lot="GB-9")

        made = first.posting_id.move_ids & self.made_of(order)
        self.assertEqual(
            self.value_of(made), round(3 + first.posting_id.labour_cost, 2)
        )
        self.assertAlmostEqual(order.qty_produced, 1, 6)
        self.assertCosts(order)

    def test_g2_some_kilograms_of_a_tonne_are_neither_lost_nor_made_more(self):
        resin = self.given_by_weight("RESIN", mfg_posting_policy="post")
        bom = self.given_bom(resin, product_uom_id=resin.uom_id.id)
        order = self.given_order_in(self.env.ref("uom.product_uom_ton"), 0.1, bom)

        self.report(7, order=order, unit="kg")
        self.report(3, order=order, unit="kg")

        self.assertEqual(self.on_hand(resin), 10)
        self.assertAlmostEqual(order.qty_produced, 0.01, 6)
        self.assertSums(order)
        self.assertCostsOf(order)

    def given_oil(self):
        """A recipe that asks for a quarter of a kilogram of oil in grams."""
        oil = self.given_by_weight("OIL", standard_price=4)
        self.buy(oil, 1000, 4)
        self.bom.bom_line_ids[1].write(
            {
                "product_id": oil.id,
                "product_uom_id": self.env.ref("uom.product_uom_gram").id,
                "product_qty": 250,
            }
        )
        return oil

    def test_g8_grams_of_a_kilogram_are_given_back_with_their_value(self):
        oil = self.given_oil()
        order = self.given_order(20, lot="GB-12")
        self.report(10, order=order, lot="GB-12")
        wrong = self.report(2, order=order, lot="GB-12")

        self.handle("mfg.production.report_reversed.v1", {"report_id": wrong.name})

        used = self.used(order).filtered(lambda move: move.product_id == oil)
        self.assertEqual(self.on_hand(oil), 1000 - 2.5)
        self.assertEqual(self.value_of(used), 10)
        self.assertSums(order)

    def test_g8_work_of_what_was_taken_back_goes_into_what_is_made_next(self):
        oil = self.given_oil()
        order = self.given_order(20, lot="GB-12")
        self.report(10, order=order, lot="GB-12")
        wrong = self.report(2, order=order, lot="GB-12")
        self.handle("mfg.production.report_reversed.v1", {"report_id": wrong.name})

        self.report(2, order=order, lot="GB-12")

        self.assertEqual(self.on_hand(oil), 1000 - 3)
        self.assertCosts(order)

    def test_g1_the_release_tells_the_unit_of_the_recipe_whatever_was_posted(self):
        self.given_oil()
        order = self.given_order(20, lot="GB-12")

        def told():
            return {
                (part["product"]["code"], part["quantity"], part["uom"])
                for part in order._prepare_mfg_release_data()["components"]
                if part["product"]["code"] == "OIL"
            }

        before = told()
        self.report(10, order=order, lot="GB-12")

        self.assertEqual(before, {("OIL", 5000, "g")})
        self.assertEqual(told(), before)

    def test_g2_the_rest_of_an_order_in_dozens_is_made_by_hand(self):
        order = self.given_order_in(self.scene.box(12), 2)
        self.report(1, order=order, unit="Units", lot="GB-9")

        order.qty_producing = 2
        order._set_qty_producing()
        order.move_raw_ids.picked = True
        order.with_context(skip_backorder=True).button_mark_done()

        self.assertEqual(order.state, "done")
        self.assertEqual(self.on_hand(self.gearbox), 24)
        self.assertCosts(order)
