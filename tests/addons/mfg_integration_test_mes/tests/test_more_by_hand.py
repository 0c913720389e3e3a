from odoo.tests import Form

from .costs_case import CostsCase


class TestMoreByHand(CostsCase):
    """A person finishes an order and makes more than the shop floor reported."""

    posting_policy = "post"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gearbox.mfg_posting_policy = cls.posting_policy

    def finish(self, quantity, **context):
        """Type a quantity and close the order, as a planner does on its form."""
        with Form(self.order) as form:
            form.qty_producing = quantity
        self.order.with_context(
            skip_backorder=True, skip_consumption=True, **context
        ).button_mark_done()

    def assertMade(self, quantity):
        """So many pieces came to stock, with all that they use and leave."""
        self.assertRecordValues(
            self.order,
            [{"state": "done", "qty_produced": quantity, "qty_producing": quantity}],
        )
        self.assertEqual(self.on_hand(self.gearbox), quantity)
        self.assertEqual(self.on_hand(self.housing), 1560 - quantity)
        self.assertEqual(self.on_hand(self.grease), 2000 - quantity / 4)
        self.assertEqual(self.on_hand(self.swarf), quantity / 10)
        self.assertSums(self.order)
        self.assertCosts()

    def test_g2_all_of_the_order_is_made_though_less_was_reported(self):
        self.report(40)

        self.finish(100)

        self.assertMade(100)

    def test_g2_what_is_neither_reported_nor_made_by_hand_goes_into_a_backorder(self):
        self.report(40)

        self.finish(60, mo_ids_to_backorder=self.order.ids)

        self.assertMade(60)
        backorder = self.env["mrp.production"].search(
            [("product_id", "=", self.gearbox.id), ("state", "=", "confirmed")]
        )
        self.assertEqual(backorder.product_qty, 40)

    def test_g2_more_than_was_ordered_is_made_though_all_of_it_was_reported(self):
        self.report(100)

        self.finish(104)

        self.assertMade(104)


class TestMoreByHandThanProgress(TestMoreByHand):
    """The same, where what was reported is posted as the order is finished."""

    posting_policy = "progress"
