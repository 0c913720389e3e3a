from .costs_case import CostsCase


class TestUnborne(CostsCase):
    """What is used in one report and made in another has one price and one origin."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gearbox.mfg_consumption_policy = "actual"

    def use(self, housings=10, lot="H-9"):
        """Have the MES tell of components alone."""
        return self.report(
            0,
            consumption=[
                {"product": "HOUSING", "quantity": housings, "lot": lot},
                {"product": "GREASE", "quantity": housings / 4},
            ],
        )

    def origins(self, moves=None):
        """Names of the lots that went into what was made."""
        lines = (self.made() if moves is None else moves).move_line_ids
        lots = lines.filtered("quantity").consume_line_ids.lot_id
        return sorted(lots.mapped("name"))

    def test_g4_components_that_are_told_first_go_into_the_pieces_told_later(self):
        self.use(10)
        self.use(5, lot="H-2")

        self.report(15)

        self.assertEqual(self.origins(), ["H-2", "H-9"])
        self.assertCosts()

    def test_g4_components_go_into_one_output_only(self):
        self.use(10)
        first = self.report(10)
        self.use(5, lot="H-2")

        second = self.report(5)

        self.assertEqual(self.origins(first.posting_id.move_ids & self.made()), ["H-9"])
        self.assertEqual(
            self.origins(second.posting_id.move_ids & self.made()), ["H-2"]
        )
        self.assertCosts()

    def test_g2_the_good_pieces_bear_what_an_early_operation_lost(self):
        self.gearbox.mfg_consumption_policy = "mixed"
        self.given_reason()
        lost = [{"quantity": 2, "reason": "SCRATCH"}]
        self.report(0, operation="Pressing", scrap=lost)

        self.report(10)

        self.assertGreater(self.value_of(self.used()), 30)
        self.assertCosts()

    def test_g4_what_was_told_of_progress_in_any_order_has_one_price(self):
        self.gearbox.mfg_posting_policy = "progress"
        self.report(10)
        self.use(10)

        self.report(0, is_final=True)

        self.assertEqual(self.order.state, "done")
        self.assertEqual(self.origins(), ["H-9"])
        self.assertCosts()

    def test_g2_a_by_product_alone_does_not_bear_the_work(self):
        self.operation("start", "08:00")
        self.operation("stop", "09:00")
        alone = self.report(0, by_products=[{"product": "SWARF", "quantity": 1}])
        self.assertEqual(alone.posting_id.labour_cost, 0)
        self.use(10)

        self.report(10)

        self.assertCosts()

    def test_g4_what_is_made_by_hand_bears_what_was_told_before(self):
        self.use(10)

        self.order.qty_producing = 10
        self.order._set_qty_producing()
        self.order.move_raw_ids.picked = True
        self.order.with_context(skip_backorder=True).button_mark_done()

        self.assertIn("H-9", self.origins())
        self.assertCosts()

    def test_g8_what_went_into_pieces_that_are_taken_back_goes_into_the_next(self):
        self.use(10)
        wrong = self.report(10)
        self.handle("mfg.production.report_reversed.v1", {"report_id": wrong.name})

        self.report(10)

        self.assertEqual(self.origins(), ["H-9"])
        self.assertCosts()

    def test_g4_where_components_went_that_are_told_last_is_known(self):
        self.report(10)
        self.use(10)

        self.report(0, is_final=True)

        self.assertEqual(self.origins(), ["H-9"])
