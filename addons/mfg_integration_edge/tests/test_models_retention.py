from datetime import datetime, timedelta

from .. import event_partitions
from .common import EdgeCase, count

OLD = datetime.utcnow() - timedelta(days=31)


class TestRetention(EdgeCase):
    def days(self):
        return event_partitions.days(self.env.cr)

    def retain(self):
        self.env["mfg.edge.event"]._cron_retention()

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
