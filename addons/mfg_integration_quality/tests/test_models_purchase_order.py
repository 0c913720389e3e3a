from odoo.addons.mfg_integration_core.exceptions import GateError

from .common import QualityCase


class TestPurchaseOrder(QualityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supplier = cls.env["res.partner"].create({"name": "Castings Ltd"})
        line = {"product_id": cls.component.id, "product_qty": 5, "price_unit": 1.0}
        cls.purchase = cls.env["purchase.order"].create(
            {"partner_id": cls.supplier.id, "order_line": [(0, 0, line)]}
        )

    def given_supplier_hold(self):
        return self.env["mfg.hold"]._place(
            self.supplier,
            reason_code="quality_review",
            reason="Failed audit",
            clearer="Quality",
        )

    def test_d2_nothing_is_ordered_from_a_held_supplier(self):
        self.given_supplier_hold()

        for refused in (
            self.purchase.button_confirm,
            lambda: self.purchase.button_approve(force=True),
            lambda: self.purchase.write({"state": "purchase"}),
        ):
            with (
                self.subTest(refused),
                self.assertRaisesRegex(
                    GateError, "ordered from Castings Ltd: .*Failed audit.*Quality can"
                ),
            ):
                refused()
        self.assertEqual(self.purchase.state, "draft")

    def test_d2_what_is_asked_of_a_held_supplier_may_be_cancelled(self):
        self.given_supplier_hold()

        self.purchase.button_cancel()

        self.assertEqual(self.purchase.state, "cancel")

    def test_d3_purchase_goes_on_once_the_supplier_is_free(self):
        hold = self.given_supplier_hold()
        hold._lift("Audit passed")

        self.purchase.button_confirm()

        self.assertIn(self.purchase.state, ("purchase", "done"))
