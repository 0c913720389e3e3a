from datetime import datetime, timedelta

from .. import event_partitions
from ..models import mfg_edge_retention
from .common import EdgeCase, count

OLD = datetime.utcnow() - timedelta(days=31)


class TestRetention(EdgeCase):
    def days(self):
        return event_partitions.days(self.env.cr)

    def retain(self):
        """What the cron does, in this transaction instead of many of its own."""
        self.env["mfg.edge.event"]._retain(lambda work: work(self.env))

    def set_days(self, name, days):
        self.env["ir.config_parameter"].set_param(f"mfg_integration_edge.{name}", days)

    def test_the_days_to_come_are_made_in_advance(self):
        self.retain()

        today = datetime.utcnow().date()
        for ahead in range(8):
            self.assertIn(today + timedelta(days=ahead), self.days())

    def test_a_day_that_is_old_and_processed_is_dropped(self):
        self.given_batch(count("c1", 3), received_at=OLD)
        self.aggregate()

        self.retain()

        self.assertNotIn(OLD.date(), self.days())

    def test_a_day_with_events_that_were_not_aggregated_stays(self):
        self.given_batch(count("c1", 3), received_at=OLD)

        self.retain()

        self.assertIn(OLD.date(), self.days())

    def test_a_day_within_the_retention_stays(self):
        recent = datetime.utcnow() - timedelta(days=29)
        self.given_batch(count("c1", 3), received_at=recent)
        self.aggregate()

        self.retain()

        self.assertIn(recent.date(), self.days())

    def test_an_id_is_remembered_longer_than_its_event(self):
        self.given_batch(count("c1", 3), received_at=OLD)
        self.aggregate()
        self.retain()

        statuses = self.given_batch(count("c1", 3))

        self.assertEqual(statuses, ["duplicate"])

    def test_an_id_is_forgotten_after_the_days_of_the_parameter(self):
        self.set_days("dedupe_days", 30)
        self.given_batch(count("c1", 3), received_at=OLD)
        self.aggregate()
        self.retain()

        statuses = self.given_batch(count("c1", 3))

        self.assertEqual(statuses, ["accepted"])

    def test_an_id_is_remembered_at_least_as_long_as_its_event_is_kept(self):
        self.set_days("dedupe_days", 1)
        self.set_days("retention_days", 40)
        self.given_batch(count("c1", 3), received_at=OLD)
        self.aggregate()
        self.retain()

        statuses = self.given_batch(count("c1", 3))

        self.assertEqual(statuses, ["duplicate"])

    def test_a_deleted_parameter_drops_nothing_too_early(self):
        self.set_days("retention_days", False)
        recent = datetime.utcnow() - timedelta(days=29)
        self.given_batch(count("c1", 3), received_at=recent)
        self.aggregate()

        self.retain()

        self.assertIn(recent.date(), self.days())

    def test_a_position_is_not_used_again_after_a_long_silence(self):
        for number in range(3):
            long_ago = OLD - timedelta(days=90)
            self.given_batch(count(f"c{number}", 3), received_at=long_ago)
        self.aggregate()
        self.retain()
        self.given_batch(count("c9", 1))
        self.aggregate()

        batches = self.env["mfg.edge.batch"].search(
            [("connector_id", "=", self.connector.id)], order="id"
        )
        self.assertEqual(batches.mapped("position"), [3, 4])

    def test_h1_old_ids_are_forgotten_in_chunks_and_newer_ones_are_not(self):
        self.patch(mfg_edge_retention, "CHUNK_BATCHES", 2)
        long_ago = OLD - timedelta(days=90)
        for number in range(5):
            self.given_batch(count(f"old-{number}", 1), received_at=long_ago)
        self.given_batch(count("new", 1))
        self.aggregate()
        chunks = []

        def run(work):
            chunks.append(work)
            return work(self.env)

        self.env["mfg.edge.event"]._retain(run)

        self.env.cr.execute(
            "SELECT uuid FROM mfg_edge_event_digest WHERE uuid = ANY(%s::uuid[])",
            ([self.uuid_of(f"old-{n}") for n in range(5)] + [self.uuid_of("new")],),
        )
        self.assertEqual(self.env.cr.fetchall(), [(self.uuid_of("new"),)])
        self.assertGreater(len(chunks), 5)

    def test_h1_a_run_without_time_left_says_that_there_is_more(self):
        long_ago = OLD - timedelta(days=90)
        self.given_batch(count("old", 1), received_at=long_ago)
        self.aggregate()

        complete = self.env["mfg.edge.event"]._retain(
            lambda work: work(self.env), budget_s=0
        )

        self.assertFalse(complete)
