from odoo.addons.mfg_integration_core.protocols.arrival import Arrival

from .common import ROBOT, EdgeCase, count, state


class TestAggregation(EdgeCase):
    def test_a_state_event_keeps_its_id_and_uuid(self):
        self.given_batch(state("s1", "Execute"))

        self.aggregate()

        self.assertRecordValues(
            self.inbox(),
            [
                {
                    "event_id": "s1",
                    "uuid": self.uuid_of("s1"),
                    "event_type": "mfg.machine.state.v1",
                    "ordering_key": ROBOT,
                }
            ],
        )

    def test_counts_between_states_become_one_event_with_their_sum(self):
        self.given_batch(
            state("s1", "Execute"),
            count("c1", 3, 1, job_order="WH/MO/7"),
            count("c2", 4, job_order="WH/MO/7"),
            state("s2", "Aborted"),
            count("c3", 5, job_order="WH/MO/7"),
        )

        self.aggregate()

        data = [event.payload["data"] for event in self.inbox()]
        self.assertEqual(data[0]["state"], "Execute")
        self.assertEqual(
            data[1],
            {
                "equipment": ROBOT,
                "job_order": "WH/MO/7",
                "good_quantity": 7,
                "scrap_quantity": 1,
            },
        )
        self.assertEqual(data[2]["state"], "Aborted")
        self.assertEqual(data[3]["good_quantity"], 5)

    def test_what_a_window_says_keeps_the_contract_of_a_count(self):
        self.given_batch(count("c1", 0.1), count("c2", 0.2))

        self.aggregate()

        [event] = self.inbox()
        contracts = self.env["mfg.event.type"]._contracts()
        contracts.check(event.event_type, event.payload["data"])
        self.assertEqual(event.payload["data"]["good_quantity"], 0.3)

    def test_a_window_spans_the_batches_of_one_run(self):
        self.given_batch(count("c1", 3))
        self.given_batch(count("c2", 4))

        done = self.aggregate()

        self.assertEqual(done, 2)
        self.assertRecordValues(
            self.windows(),
            [
                {
                    "event_count": 2,
                    "good_quantity": 7,
                    "first_event_id": "c1",
                    "last_event_id": "c2",
                    "first_position": 1,
                    "last_position": 2,
                }
            ],
        )

    def test_what_was_aggregated_is_not_aggregated_again(self):
        self.given_batch(count("c1", 3))
        self.aggregate()

        done = self.aggregate()

        self.assertEqual(done, 0)
        self.assertEqual(len(self.inbox()), 1)

    def test_a_repeated_request_adds_nothing(self):
        self.given_batch(count("c1", 3))
        self.aggregate()
        self.given_batch(count("c1", 3))

        self.aggregate()

        self.assertEqual(len(self.inbox()), 1)
        self.assertEqual(sum(self.windows().mapped("good_quantity")), 3)

    def test_a_crash_in_the_middle_leaves_all_of_it_for_the_next_run(self):
        self.given_batch(count("c1", 3), state("s1", "Held"), count("c2", 4))

        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.aggregate()
            raise ZeroDivisionError
        self.aggregate()

        self.assertEqual(len(self.inbox()), 3)
        self.assertEqual(sum(self.windows().mapped("good_quantity")), 7)

    def test_a_run_stops_behind_its_limit_and_the_next_goes_on(self):
        for number in range(3):
            self.given_batch(count(f"c{number}", 1))
        batches = self.env["mfg.edge.batch"]

        done = [batches._aggregate(self.connector, limit=1) for _run in range(4)]

        self.assertEqual(done, [1, 1, 1, 0])
        self.assertEqual(len(self.windows()), 3)

    def test_the_raw_events_confirm_every_window(self):
        self.given_batch(count("c1", 0.1), count("c2", 0.2), state("s1", "Held"))
        self.given_batch(count("c3", 1), count("c4", 2, job_order="WH/MO/9"))
        self.aggregate()

        self.assertEqual(len(self.windows()), 3)
        self.assertEqual(self.windows()._contradictions(), [])

    def test_a_window_that_says_too_much_is_found(self):
        self.given_batch(count("c1", 3))
        self.aggregate()
        self.windows().good_quantity = 4
        self.env.flush_all()

        [(window_id, posted, counted, *_scrap)] = self.windows()._contradictions()

        self.assertEqual(window_id, self.windows().id)
        self.assertEqual((float(posted), counted), (4.0, "3"))

    def test_the_way_of_an_event_can_be_asked_for_by_its_uuid(self):
        self.given_batch(count("c1", 3), count("c2", 4), state("s1", "Held"))

        captured = self.progress("c1")
        self.aggregate()
        aggregated = self.progress("c1")

        self.assertEqual(captured["state"], "captured")
        self.assertEqual(aggregated["state"], "received")
        self.assertEqual(aggregated["window"], self.inbox()[0].uuid)
        self.assertEqual(aggregated["id"], "c1")
        self.assertEqual(self.progress("s1")["uuid"], self.uuid_of("s1"))

    def test_the_way_of_an_event_whose_inbox_event_is_gone_can_be_asked_for(self):
        self.given_batch(count("c1", 3), state("s1", "Held"))
        self.aggregate()

        self.inbox().unlink()

        self.assertEqual(self.progress("c1")["state"], "removed")
        self.assertEqual(self.progress("s1")["state"], "removed")

    def test_an_event_whose_id_came_through_another_door_before_is_not_lost(self):
        before = {**state("x1", "Execute"), "subject": "elsewhere"}
        self.env["mfg.inbox.event"]._accept(
            self.env.cr, self.connector, [Arrival.of_cloudevent(before)]
        )

        self.given_batch(state("x1", "Held"))
        self.aggregate()

        self.assertEqual(
            self.inbox().mapped(lambda event: event.data["state"]), ["Execute", "Held"]
        )
        self.assertEqual(self.progress("x1")["state"], "received")
        self.assertEqual(self.inbox()[-1].uuid, self.uuid_of("x1"))

    def test_the_same_event_through_two_doors_is_one_and_its_way_is_known(self):
        same = {**state("x1", "Held"), "subject": ROBOT}
        self.env["mfg.inbox.event"]._accept(
            self.env.cr, self.connector, [Arrival.of_cloudevent(same)]
        )

        self.given_batch(state("x1", "Held"))
        self.aggregate()

        self.assertEqual(len(self.inbox()), 1)
        self.assertEqual(self.progress("x1")["state"], "received")

    def test_nobody_knows_the_way_of_an_event_that_was_never_sent(self):
        connectors = self.env["mfg.connector"]

        self.assertIsNone(connectors._find_progress(self.uuid_of("never sent")))
        self.assertIsNone(connectors._find_progress("no uuid at all"))

    def progress(self, event_id):
        connector, progress = self.env["mfg.connector"]._find_progress(
            self.uuid_of(event_id)
        )
        self.assertEqual(connector, self.connector)
        return progress
