from datetime import datetime, timedelta
from uuid import uuid4

from .. import event_partitions
from ..event_store import store_batch
from ..protocols.machine_event import EdgeEvent
from .common import EdgeCase, count, state


class TestEventStore(EdgeCase):
    def rows(self, columns="event_id"):
        self.env.cr.execute(
            f"SELECT {columns} FROM mfg_edge_event WHERE connector_id = %s ORDER BY id",
            (self.connector.id,),
        )
        return self.env.cr.fetchall()

    def test_new_events_are_stored_in_the_order_sent(self):
        statuses = self.given_batch(
            count("c1", 3), state("s1", "Execute"), count("c2", 4)
        )

        self.assertEqual(statuses, ["accepted"] * 3)
        self.assertEqual(self.rows(), [("c1",), ("s1",), ("c2",)])

    def test_an_event_that_is_known_is_a_duplicate_and_is_stored_once(self):
        self.given_batch(count("c1", 3))

        statuses = self.given_batch(count("c1", 3), count("c2", 1))

        self.assertEqual(statuses, ["duplicate", "accepted"])
        self.assertEqual(self.rows(), [("c1",), ("c2",)])

    def test_a_known_id_with_another_body_is_a_conflict_and_changes_nothing(self):
        self.given_batch(count("c1", 3))

        statuses = self.given_batch(count("c1", 4))

        self.assertEqual(statuses, ["conflict"])
        self.assertEqual(self.rows("good_quantity::float"), [(3.0,)])

    def test_an_id_twice_in_one_request_is_judged_by_its_first_event(self):
        statuses = self.given_batch(count("c1", 3), count("c1", 3), count("c1", 9))

        self.assertEqual(statuses, ["accepted", "duplicate", "conflict"])
        self.assertEqual(self.rows(), [("c1",)])

    def test_a_request_leaves_one_batch_row_with_its_counts(self):
        self.given_batch(count("c1", 3))
        self.given_batch(count("c1", 3), count("c1", 4), count("c2", 1))

        batches = self.env["mfg.edge.batch"].search(
            [("connector_id", "=", self.connector.id)], order="id"
        )
        self.assertRecordValues(
            batches,
            [
                {"accepted_count": 1, "duplicate_count": 0, "conflict_count": 0},
                {"accepted_count": 1, "duplicate_count": 1, "conflict_count": 1},
            ],
        )
        self.assertEqual(batches.mapped("position"), [0, 0])

    def test_a_request_with_nothing_new_waits_for_no_aggregation(self):
        self.given_batch(count("c1", 3))
        self.given_batch(count("c1", 3))

        newest = self.env["mfg.edge.batch"].search([], limit=1)
        self.assertEqual(newest.state, "aggregated")

    def test_a_day_that_nobody_made_is_made_by_the_request(self):
        someday = datetime(2031, 5, 17, 23, 59, 59, 999000)
        self.assertNotIn(someday.date(), event_partitions.days(self.env.cr))

        statuses = self.given_batch(count("c1", 3), received_at=someday)

        self.assertEqual(statuses, ["accepted"])
        self.assertIn(someday.date(), event_partitions.days(self.env.cr))
        self.assertEqual(
            self.rows("tableoid::regclass::text"), [("mfg_edge_event_p20310517",)]
        )

    def test_events_lie_in_the_partition_of_their_day(self):
        now = datetime.utcnow()
        self.given_batch(count("c1", 3), received_at=now)
        self.given_batch(count("c2", 3), received_at=now + timedelta(days=1))

        [(first,), (second,)] = self.rows("tableoid::regclass::text")
        self.assertEqual(first, event_partitions.name_of(now.date()))
        self.assertNotEqual(first, second)

    def test_a_quantity_is_stored_as_the_decimal_that_was_sent(self):
        self.given_batch(count("c1", 0.1), count("c2", 81.32163022934382))

        self.assertEqual(
            self.rows("good_quantity::text"), [("0.1",), ("81.32163022934382",)]
        )

    def test_people_read_events_like_any_record(self):
        self.given_batch(count("c1", 3, job_order="WH/MO/7"))

        event = self.env["mfg.edge.event"].search(
            [("connector_id", "=", self.connector.id), ("state", "=", "captured")]
        )
        self.assertRecordValues(
            event,
            [
                {
                    "event_id": "c1",
                    "uuid": self.uuid_of("c1"),
                    "good_quantity": 3.0,
                    "job_order": "WH/MO/7",
                }
            ],
        )
        self.assertEqual(event.envelope["data"]["good_quantity"], 3)

    def many(self, *numbers, **data):
        return [count(f"m-{number:06d}", 1, **data) for number in numbers]

    def test_h1_new_events_of_a_large_request_are_stored_as_those_of_a_small_one(self):
        statuses = self.given_batch(*self.many(*range(100)))

        self.assertEqual(statuses, ["accepted"] * 100)
        self.assertEqual(
            self.rows("event_id, id - batch_id::bigint * 65536"),
            [(f"m-{number:06d}", number) for number in range(100)],
        )

    def test_h1_a_large_request_that_is_known_in_part_adds_the_rest(self):
        self.given_batch(*self.many(*range(10, 20)))

        statuses = self.given_batch(*self.many(*range(60)))

        known = [
            "duplicate" if 10 <= number < 20 else "accepted" for number in range(60)
        ]
        self.assertEqual(statuses, known)
        self.assertEqual(len(self.rows()), 60)

    def test_h1_an_event_that_is_written_in_another_way_is_the_same_event(self):
        event = count("c1", 3, cycle_time_s=1.5)
        self.given_batch(event)
        written = {**dict(reversed(event.items())), "data": {**event["data"]}}
        written["data"] |= {"good_quantity": 3.0, "cycle_time_s": 15e-1}

        statuses = self.given_batch(written, count("c1", 3, cycle_time_s=1.6))

        self.assertEqual(statuses, ["duplicate", "conflict"])

    def test_h1_the_device_whose_key_proved_it_is_kept_with_the_event(self):
        event = EdgeEvent.of_cloudevent(self.connector.id, count("c1", 3))
        store_batch(
            self.env.cr,
            self.connector.id,
            [event],
            received_at=datetime.utcnow(),
            batch_uuid=uuid4(),
            device_id=42,
        )

        self.assertEqual(self.rows("device_id"), [(42,)])
