from collections import Counter

from odoo.tests import tagged

from ..protocols import prometheus
from .committed_case import CommittedCase


@tagged("post_install", "-at_install")
class TestMetric(CommittedCase):
    def fold(self):
        self.commit(lambda env: env["mfg.metric"]._fold())

    def samples(self, name, **labels):
        """Values of the connector's samples of one family, by their other labels."""

        def collect(env):
            code = env["mfg.connector"].browse(self.connector_id).code
            families = env["mfg.metric"]._families()
            self.assertTrue(prometheus.render(families).endswith("\n"))
            return {
                (suffix, *sorted(found.items())): value
                for family in families
                if family.name == name
                for suffix, found, value in family.samples
                if found.get("connector") == code and labels.items() <= found.items()
            }

        return self.commit(collect)

    def total(self, name, **labels):
        return sum(self.samples(name, **labels).values())

    def test_l3_pending_and_dead_are_counted_by_state(self):
        self.given_events(self.event(1), self.event(2, subject="ORDER-2"))

        self.assertEqual(self.total("mfg_pending", state="received"), 2)
        self.assertEqual(len(self.samples("mfg_oldest_due_age_seconds")), 1)

        self.sql(
            """
            UPDATE mfg_inbox_event SET state = 'dead'
             WHERE connector_id = %s AND subject = 'ORDER-2'
            """,
            self.connector_id,
        )

        self.assertEqual(self.total("mfg_pending"), 1)
        self.assertEqual(self.total("mfg_dead_letters", direction="in"), 1)

    def test_l3_what_waits_for_a_person_is_not_due(self):
        self.given_events(self.event(1, fail="user_error"), self.event(2))
        self.drain()

        self.assertEqual(self.states(), ["dead", "received"])
        self.assertEqual(self.total("mfg_pending"), 1)
        self.assertFalse(self.samples("mfg_oldest_due_age_seconds"))

    def test_l3_attempts_are_counted_once_by_how_they_ended(self):
        self.given_events(self.event(1), self.event(2, fail="once", subject="ORDER-2"))
        self.drain()

        self.fold()
        self.fold()

        outcomes = Counter()
        for labels, value in self.samples("mfg_attempts_total").items():
            outcomes[dict(labels[1:])["outcome"]] += value
        self.assertEqual(outcomes, {"succeeded": 1, "retryable": 1})

    def test_l3_latency_is_a_histogram_of_what_succeeded(self):
        self.given_events(self.event(1))
        self.drain()
        self.fold()

        latency = self.samples("mfg_delivery_latency_seconds")

        counts = {labels[0]: value for labels, value in latency.items()}
        self.assertEqual(counts["_count"], 1)
        self.assertGreater(counts["_sum"], 0)
        self.assertEqual(self.total("mfg_delivery_latency_seconds", le="+Inf"), 1)
