from .common import count, state
from .test_models_counters import CountersCase, at, counter


class TestProof(CountersCase):
    def prove(self, records):
        action = (
            records.action_mfg_prove_counts()
            if records._name == "mrp.production"
            else records.action_prove()
        )
        return self.env["mfg.edge.proof"].browse(action["res_id"])

    def given_counts(self):
        self.given(
            count("a", 0.1, 1, job_order=self.order.name),
            count("b", 0.2, job_order=self.order.name),
            state("s", "Held"),
            count("c", 3, job_order=self.order.name),
        )

    def test_g5_order_is_proven_by_its_machine_events(self):
        self.given_counts()

        proof = self.prove(self.order)

        self.assertEqual(proof.verdict, "proven")
        self.assertIn("3 machine events say 3.3 good and 1 scrap", proof.text)

    def test_g5_order_that_somebody_changed_differs_and_says_by_what(self):
        self.given_counts()
        self.order.mfg_good_quantity = 4

        proof = self.prove(self.order)

        self.assertEqual(proof.verdict, "differs")
        self.assertIn("the order has 4 good", proof.text)

    def test_g5_raw_event_that_went_missing_is_found(self):
        self.given_counts()
        self.env.cr.execute(
            "DELETE FROM mfg_edge_event WHERE event_id = 'b' AND connector_id = %s",
            (self.connector.id,),
        )

        order, windows = self.prove(self.order), self.prove(self.windows())

        self.assertEqual([order.verdict, windows.verdict], ["differs", "differs"])
        self.assertIn("0.2 good and 0 scrap differ", order.text)

    def test_g9_reading_that_was_tampered_with_is_found(self):
        job = {"job_order": self.order.name}
        self.given(counter("a", 0, 0, **job), counter("b", 9, 1, **job))
        self.env.cr.execute(
            "UPDATE mfg_edge_event SET good_quantity = 8"
            " WHERE event_id = 'b' AND connector_id = %s",
            (self.connector.id,),
        )

        self.assertEqual(self.prove(self.windows()).verdict, "differs")

    def test_g5_window_lists_its_ranges_by_quarters_of_an_hour(self):
        name = self.order.name
        self.given(
            at(count("a", 1, job_order=name), 0),
            at(count("b", 2, 1, job_order=name), 899),
            at(count("c", 4, job_order=name), 900),
        )

        ranges = self.windows().range_ids
        self.assertRecordValues(
            ranges,
            [
                {"event_count": 2, "good_quantity": 3, "scrap_quantity": 1},
                {"event_count": 1, "good_quantity": 4, "scrap_quantity": 0},
            ],
        )
        self.assertEqual(self.windows().production_id, self.order)

    def test_g5_order_without_machine_counts_has_nothing_to_prove(self):
        self.assertEqual(self.prove(self.other).verdict, "unknown")
