from .costs_case import CostsCase


class TestCosts(CostsCase):
    def test_g2_each_partial_bears_its_material_and_the_work_since_the_last_one(self):
        self.operation("start", "08:00")
        self.operation("pause", "09:00")
        first = self.report(30)
        self.operation("resume", "09:30")
        self.operation("stop", "10:00")
        second = self.report(70)

        made = first.posting_id.move_ids & self.made()
        self.assertEqual(first.posting_id.labour_cost, 120 + self.press_cost(first))
        self.assertEqual(
            self.value_of(made), round(30 * 3 + first.posting_id.labour_cost, 2)
        )
        self.assertEqual(second.posting_id.labour_cost, 60 + self.press_cost(second))
        self.assertCosts()

    def press_cost(self, report):
        """The planned time of the press, which nobody reported, at a unit a minute."""
        return round(sum(report.posting_id.time_ids.mapped("duration")), 2)

    def test_g2_many_small_partials_cost_what_one_big_one_costs(self):
        other = self.given_order(100, lot="GB-10")
        self.report(100, order=other)

        for _number in range(10):
            self.report(10)

        self.assertCosts()
        self.assertCosts(other)
        self.assertEqual(self.value_of(self.made()), self.value_of(self.made(other)))

    def test_g2_what_is_finished_by_hand_bears_the_rest_of_the_work_only(self):
        self.operation("start", "08:00")
        self.operation("stop", "09:00")
        self.report(40)
        self.operation("start", "09:00")
        self.operation("stop", "10:00")

        self.order.qty_producing = 100
        self.order._set_qty_producing()
        self.order.move_raw_ids.picked = True
        self.order.with_context(skip_backorder=True).button_mark_done()

        self.assertEqual(self.order.qty_produced, 100)
        self.assertCosts()

    def test_g8_a_reversal_takes_the_value_back_and_charges_the_work_again(self):
        self.operation("start", "08:00")
        self.operation("stop", "09:00")
        wrong = self.report(30)
        self.handle("mfg.production.report_reversed.v1", {"report_id": wrong.name})
        self.assertEqual(self.value_of(self.made()), 0)
        self.assertEqual(self.value_of(self.used()), 0)

        self.report(30)

        self.assertCosts()

    def test_g2_scrap_leaves_at_the_cost_of_the_pieces_it_was_made_with(self):
        self.given_reason()

        report = self.report(8, scrap=[{"quantity": 2, "reason": "SCRATCH"}])

        made = self.value_of(report.posting_id.move_ids & self.made())
        scrapped = self.value_of(report.posting_id.scrap_ids.move_ids)
        self.assertAlmostEqual(scrapped, made / 5, 1)
        self.assertCosts()
