from odoo.addons.mfg_integration_core.exceptions import InvalidEventError

from .tracked_case import TrackedCase


class TestTrackedPosted(TrackedCase):
    """What has lots and serial numbers, each report posted at once."""

    posting_policy = "post"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pump.mfg_posting_policy = cls.posting_policy

    def finish(self):
        self.report(0, is_final=True)
        self.assertEqual(self.order.state, "done")
        self.assertSums(self.order)
        self.assertCosts()

    # What is made and used has another product here than in the other costs.
    def made(self, order=None):
        order = order or self.order
        return order.move_finished_ids.filtered(
            lambda move: move.product_id == self.pump and move.state == "done"
        )

    def test_g2_each_serial_is_one_line_and_components_are_those_told(self):
        self.report(
            2,
            serials=["P-1", "P-2"],
            consumption=[*self.seals_of("SE-5", "SE-6"), self.housing_of(2)],
            by_products=self.chips_of(0.3, "C-1"),
        )
        self.report(
            1,
            serials=["P-3"],
            consumption=[*self.seals_of("SE-2"), self.housing_of(1)],
            by_products=self.chips_of(0.1, "C-2"),
        )

        self.finish()

        self.assertEqual(
            self.moved("output"),
            {("PUMP", "P-1"): 1, ("PUMP", "P-2"): 1, ("PUMP", "P-3"): 1},
        )
        lines = self.made().move_line_ids.filtered("quantity")
        self.assertEqual(sorted(lines.lot_id.mapped("name")), ["P-1", "P-2", "P-3"])
        self.assertEqual(lines.mapped("quantity"), [1, 1, 1])
        self.assertEqual(
            self.moved("component"),
            {
                ("SEAL", "SE-2"): 1,
                ("SEAL", "SE-5"): 1,
                ("SEAL", "SE-6"): 1,
                ("HOUSING", "H-9"): 3,
                ("GREASE", ""): 0.75,
            },
        )
        self.assertEqual(
            self.moved("byproduct"), {("CHIPS", "C-1"): 0.3, ("CHIPS", "C-2"): 0.1}
        )
        self.assertValued(
            {"PUMP": 3, "SEAL": -3, "HOUSING": -3, "GREASE": -0.75, "CHIPS": 0.4}
        )
        self.assertEqual(self.minutes(), {"Pressing": 3, "Assembly": 3})

    def test_g2_a_wrong_number_of_serials_is_refused(self):
        with self.assertRaises(InvalidEventError) as caught:
            self.report(3, serials=["P-1", "P-2"])

        self.assertEqual(caught.exception.code, "serial_count")
        self.assertEqual(caught.exception.pointer, "/data/serials")
        self.assertIn("3", str(caught.exception))

    def test_g2_pieces_without_their_serials_are_refused(self):
        with self.assertRaises(InvalidEventError) as caught:
            self.report(2)

        self.assertEqual(caught.exception.code, "serial_missing")

    def test_g2_an_operation_before_the_last_one_has_no_serials_yet(self):
        lots = self.env["stock.lot"].search([("product_id", "=", self.pump.id)])

        early = self.report(3, operation="Pressing")
        self.report(1, serials=["P-1"], consumption=self.seals_of("SE-1"))

        self.assertRecordValues(early, [{"state": "accepted", "good_quantity": 3}])
        self.assertFalse(early.line_ids.lot_id)
        self.finish()
        self.assertEqual(self.moved("output"), {("PUMP", "P-1"): 1})
        made = self.env["stock.lot"].search([("product_id", "=", self.pump.id)]) - lots
        self.assertEqual(made.mapped("name"), ["P-1"])

    def test_g2_a_serial_that_was_made_before_is_refused(self):
        self.report(1, serials=["P-1"], consumption=self.seals_of("SE-1"))

        with self.assertRaises(InvalidEventError) as caught:
            self.report(1, serials=["P-1"], consumption=self.seals_of("SE-2"))

        self.assertEqual(caught.exception.code, "serial_made")

    def test_g8_a_serial_that_was_taken_back_may_be_made_again(self):
        wrong = self.report(1, serials=["P-1"], consumption=self.seals_of("SE-1"))
        self.handle("mfg.production.report_reversed.v1", {"report_id": wrong.name})
        self.report(1, serials=["P-1"], consumption=self.seals_of("SE-3"))

        self.finish()

        self.assertEqual(self.moved("output"), {("PUMP", "P-1"): 1})
        self.assertEqual(self.on_hand(self.seal), 7)

    def test_g2_a_scrapped_piece_and_scrapped_parts_are_told_by_their_numbers(self):
        self.given_reason()
        self.report(
            1,
            serials=["P-1"],
            consumption=self.seals_of("SE-1", "SE-2"),
            scrap=[
                {"quantity": 1, "reason": "SCRATCH", "lot": "P-2"},
                {
                    "quantity": 1,
                    "reason": "SCRATCH",
                    "component": "SEAL",
                    "lot": "SE-8",
                },
                {"quantity": 0.5, "reason": "SCRATCH", "component": "GREASE"},
            ],
        )

        self.finish()

        self.assertEqual(
            self.moved("scrap"),
            {("PUMP", "P-2"): 1, ("SEAL", "SE-8"): 1, ("GREASE", ""): 0.5},
        )
        self.assertEqual(self.on_hand(self.pump), 1)
        self.assertEqual(self.on_hand(self.seal), 8 - 3)
        self.assertEqual(self.on_hand(self.grease), 2000 - 1)
        self.assertEqual(self.order.qty_produced, 2)

    def test_g2_a_by_product_without_its_lot_goes_into_one_lot_of_the_order(self):
        self.report(1, serials=["P-1"], consumption=self.seals_of("SE-1"))
        self.report(1, serials=["P-2"], consumption=self.seals_of("SE-2"))

        self.finish()

        (((code, lot), quantity),) = self.moved("byproduct").items()
        self.assertEqual((code, quantity), ("CHIPS", 0.2))
        self.assertTrue(lot)

    def test_g4_a_serial_of_a_component_that_nobody_named_is_the_reserved_one(self):
        reserved = self.order.move_raw_ids.move_line_ids.filtered(
            lambda line: line.product_id == self.seal
        )
        self.assertEqual(len(reserved), 5)

        self.report(2, serials=["P-1", "P-2"])
        self.finish()

        used = {lot for code, lot in self.moved("component") if code == "SEAL"}
        self.assertEqual(len(used), 2)


class TestTrackedProgress(TestTrackedPosted):
    """The same, posted when the order is finished."""

    posting_policy = "progress"
