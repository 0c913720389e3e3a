"""Orders whose components, work and products have a price."""

from odoo.addons.mfg_integration_core import compat
from odoo.addons.mfg_integration_mes.tests.reports_case import OPERATION, ReportsCase


class CostsCase(ReportsCase):
    """The scene of reports with average costs: 2 a housing, 4 a unit of grease.

    A gearbox takes 2 + 1 of material. An hour at the press costs 60, one at the
    assembly 120.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        category = cls.env["product.category"].create(
            {"name": "Average", "property_cost_method": "average"}
        )
        cls.housing.categ_id = cls.grease.categ_id = category
        cls.gearbox.categ_id = category
        cls.swarf.categ_id = category
        cls.bom.byproduct_ids.cost_share = 0
        cls.buy(cls.housing, 1000, 2, lot="H-9")
        cls.buy(cls.grease, 1000, 4)
        cls.order.action_cancel()
        cls.order = cls.given_order(100)

    @classmethod
    def given_order(cls, quantity, lot="GB-9"):
        order = cls.scene.order(cls.bom, quantity)
        compat.set_producing_lots(order, cls.scene.lot(cls.gearbox, lot))
        return order

    @classmethod
    def buy(cls, product, quantity, price, lot=None):
        """Have goods come in at a price."""
        product.standard_price = price
        scene = cls.scene
        move = cls.env["stock.move"].create(
            compat.move_vals(
                cls.env,
                "Bought",
                product_id=product.id,
                product_uom=product.uom_id.id,
                product_uom_qty=quantity,
                price_unit=price,
                location_id=cls.env.ref("stock.stock_location_suppliers").id,
                location_dest_id=scene.warehouse.lot_stock_id.id,
            )
        )
        move._action_confirm()
        move.quantity = quantity
        if lot:
            move.move_line_ids.lot_id = scene.lot(product, lot)
        move.picked = True
        move._action_done()

    def operation(self, action, at, name="Assembly", order=None):
        """Have the MES say something of an operation at a time of the day."""
        order = order or self.order
        return self.handle(
            OPERATION,
            {"job_order": order.name, "operation": name, "action": action},
            at=f"2026-03-02 {at}:00",
        )

    # -------------------------------------------------------------------- then

    def value_of(self, moves):
        """What moves are worth in the valuation of stock, as a positive number."""
        return round(sum(abs(compat.move_value(move)) for move in moves), 2)

    def made(self, order=None):
        order = order or self.order
        return order.move_finished_ids.filtered(
            lambda move: move.product_id == self.gearbox and move.state == "done"
        )

    def used(self, order=None):
        order = order or self.order
        return order.move_raw_ids.filtered(lambda move: move.state == "done")

    def work(self, order=None):
        """What the work of the order costs."""
        order = order or self.order
        return round(order.workorder_ids._cal_cost(), 2)

    def assertCosts(self, order=None):
        """What was made is worth what went into it, to the cent."""
        made, used = self.value_of(self.made(order)), self.value_of(self.used(order))
        self.assertEqual(made, round(used + self.work(order), 2))
