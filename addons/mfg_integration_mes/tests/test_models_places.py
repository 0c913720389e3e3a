from .reports_case import ReportsCase


class TestPlaces(ReportsCase):
    """What was used or lost leaves the place where it was."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.second = (
            cls.env["stock.location"].create(
                {"name": name, "location_id": cls.scene.warehouse.lot_stock_id.id}
            )
            for name in ("Shelf 1", "Shelf 2")
        )
        cls.bolt = cls.given_product("BOLT", tracking="lot", standard_price=1)
        cls.lot_of_bolts = cls.scene.lot(cls.bolt, "B-1")
        cls.bom.bom_line_ids[0].product_id = cls.bolt

    def given_bolts(self, quantity, location, **values):
        self.env["stock.quant"]._update_available_quantity(
            self.bolt, location, quantity, lot_id=self.lot_of_bolts, **values
        )

    def left(self):
        """``{place: quantity}`` of what is left, or missing, of the bolts."""
        quants = self.env["stock.quant"].search(
            [("product_id", "=", self.bolt.id), ("location_id.usage", "=", "internal")]
        )
        lying = quants.filtered("quantity")
        return {quant.location_id.name: quant.quantity for quant in lying}

    def used(self, quantity):
        return [{"product": "BOLT", "quantity": quantity, "lot": "B-1"}]

    def test_g4_a_lot_that_is_reserved_at_two_places_leaves_both(self):
        self.given_bolts(3, self.first)
        self.given_bolts(2, self.second)
        order = self.scene.order(self.bom, 5)

        report = self.report(5, order=order, lot="GB-1")

        lines = report.posting_id.move_ids.move_line_ids
        bolts = lines.filtered(lambda line: line.product_id == self.bolt)
        self.assertEqual(sorted(bolts.mapped("quantity")), [2, 3])
        self.assertEqual(self.left(), {})
        self.assertSums(order)

    def test_g4_a_lot_that_nobody_reserved_is_taken_where_it_lies(self):
        order = self.scene.order(self.bom, 5)
        self.given_bolts(3, self.first)
        self.given_bolts(4, self.second)

        self.report(5, order=order, lot="GB-1", consumption=self.used(5))

        self.assertEqual(sum(self.left().values()), 2)
        self.assertGreater(min(self.left().values()), 0)

    def test_g4_what_lies_nowhere_is_missing_at_the_place_of_the_order(self):
        order = self.scene.order(self.bom, 5)
        self.given_bolts(3, self.first)

        self.report(5, order=order, lot="GB-1", consumption=self.used(5))

        stock = self.scene.warehouse.lot_stock_id.name
        self.assertEqual(self.left(), {stock: -2})

    def test_g4_what_lies_in_a_package_leaves_the_package(self):
        packages = self.env[self.env["stock.quant"]._fields["package_id"].comodel_name]
        package = packages.create({"name": "CRATE-1"})
        self.given_bolts(5, self.first, package_id=package)
        order = self.scene.order(self.bom, 5)

        report = self.report(4, order=order, lot="GB-1")

        lines = report.posting_id.move_ids.move_line_ids
        bolts = lines.filtered(lambda line: line.product_id == self.bolt)
        self.assertEqual(bolts.package_id, package)
        self.assertEqual(self.left(), {"Shelf 1": 1})

    def test_g2_parts_that_were_lost_leave_their_shelves(self):
        self.given_reason()
        self.given_bolts(3, self.first)
        self.given_bolts(4, self.second)
        order = self.scene.order(self.bom, 2)
        lost = {"quantity": 5, "reason": "SCRATCH", "component": "BOLT", "lot": "B-1"}

        report = self.report(0, order=order, scrap=[lost])

        moved = report.posting_id.scrap_ids.move_ids.mapped("quantity")
        self.assertEqual((sum(moved), sum(self.left().values())), (5, 2))
        self.assertGreater(min(self.left().values()), 0)
        self.assertSums(order)
