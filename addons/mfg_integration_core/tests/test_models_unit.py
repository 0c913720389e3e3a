from odoo.tests import tagged

from ..exceptions import InvalidEventError
from .common import ManufacturingCase


@tagged("post_install", "-at_install")
class TestUnit(ManufacturingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.units = cls.env.ref("uom.product_uom_unit")
        cls.kilograms = cls.env.ref("uom.product_uom_kgm")
        cls.grams = cls.env.ref("uom.product_uom_gram")

    def convert(self, quantity, uom, product=None):
        return self.env["mfg.unit"]._convert(quantity, uom, product or self.product)

    def test_b3_three_boxes_of_twelve_are_thirty_six_pieces(self):
        self.assertEqual(self.convert(3, self.scene.box(12)), 36)

    def test_b3_kilograms_are_refused_as_pieces_in_plain_words(self):
        with self.assertRaises(InvalidEventError) as caught:
            self.convert(2.5, self.kilograms)

        self.assertEqual(caught.exception.code, "unit_family")
        for named in ("2.5 kg", "GB-200", "counted in Units"):
            self.assertIn(named, caught.exception.detail)

    def test_b3_quantity_is_rounded_to_the_nearest(self):
        units = dict.fromkeys(
            {"uom_id", "uom_po_id"} & self.product._fields.keys(), self.kilograms.id
        )
        wire = self.scene.product("Wire", **units)

        self.assertAlmostEqual(self.convert(1234, self.grams, wire), 1.23)
        self.assertAlmostEqual(self.convert(1236, self.grams, wire), 1.24)

    def test_b3_quantity_that_rounding_would_lose_is_refused(self):
        with self.assertRaises(InvalidEventError) as caught:
            self.convert(0.001, self.units)

        self.assertEqual(caught.exception.code, "quantity_too_small")

    def test_b3_nothing_stays_nothing(self):
        self.assertEqual(self.convert(0, self.scene.box(12)), 0)
