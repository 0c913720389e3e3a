from datetime import datetime
from uuid import uuid4

from odoo.addons.mfg_integration_core.tests.rules_case import RulesScene

from .common import EdgeCase, count, envelope

CONDITION = "mfg.machine.condition.v1"


class TestRule(EdgeCase):
    """Rules that come with the machines."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules = RulesScene(cls.env)

    def runs(self, name):
        return self.rules.runs(self.env.ref(f"mfg_integration_edge.{name}"))

    def scrap_holds(self):
        holds = self.env["mfg.hold"]._active_on(self.order)
        return holds.filtered(lambda hold: hold.reason == "Scrap above limit")

    def work(self):
        """Do what the rule about the condition has to do; its runs."""
        runs = self.runs("mfg_rule_condition_threshold")
        for run in runs:
            self.rules.work(run)
        return runs

    def requests(self):
        return self.env["maintenance.request"].search(
            [("equipment_id", "=", self.robot.id)], order="id"
        )

    def given_condition(
        self, value, measurement="vibration", at=None, historical=False, **data
    ):
        """A measurement that was handled as a worker does it."""
        event = envelope(
            uuid4().hex,
            CONDITION,
            measurement=measurement,
            value=value,
            unit="mm/s",
            **data,
        )
        inbox_event = self.env["mfg.inbox.event"].create(
            {
                "uuid": str(uuid4()),
                "event_id": event["id"],
                "event_type": CONDITION,
                "connector_id": self.connector.id,
                "company_id": self.connector.company_id.id,
                "received_at": datetime.utcnow(),
                "ordering_key": "one",
                "correlation_id": str(uuid4()),
                "state": "processing",
                "payload": event,
                "historical": historical,
                "event_time": at and datetime.fromisoformat(at.removesuffix("Z")),
            }
        )
        inbox_event.with_user(self.connector.user_id)._handle_as_user()

    def test_d1_scrap_above_the_limit_holds_the_order_for_review(self):
        self.handle(count("c1", good=30, scrap=6, job_order=self.order.name))

        self.rules.work(self.runs("mfg_rule_scrap_above_limit"))

        self.assertEqual(self.scrap_holds().reason_code, "quality_review")
        self.assertEqual(self.order.mfg_state, "blocked")

    def test_d1_some_scrap_is_no_reason_to_stop(self):
        self.handle(count("c1", good=95, scrap=5, job_order=self.order.name))
        self.handle(count("c2", good=1, scrap=0, job_order=self.order.name))

        self.assertFalse(self.runs("mfg_rule_scrap_above_limit"))

    def test_h5_scrap_of_the_past_sets_nothing_off(self):
        event = count("c1", good=30, scrap=6, job_order=self.order.name)
        inbox_event = self.given_batch_event(event)
        inbox_event.historical = True

        inbox_event.with_user(self.connector.user_id)._handle_as_user()

        self.assertFalse(self.runs("mfg_rule_scrap_above_limit"))

    def test_h5_scrap_of_the_past_is_posted_apart_from_a_live_count(self):
        job = {"job_order": self.order.name}
        past = [
            {**count(f"p{number}", good=3, scrap=1, **job), "historical": True}
            for number in range(5)
        ]
        self.given_batch(*past[:3], count("live", good=1, **job), *past[3:])
        self.aggregate()
        for event in self.inbox():
            event.state = "processing"
            event.with_user(self.connector.user_id)._handle_as_user()

        self.assertFalse(self.runs("mfg_rule_scrap_above_limit"))
        self.assertRecordValues(
            self.windows().sorted("historical"),
            [
                {"historical": False, "good_quantity": 1, "event_count": 1},
                {"historical": True, "good_quantity": 15, "event_count": 5},
            ],
        )
        self.assertEqual(self.windows()._contradictions(), [])

    def test_e6_readings_above_the_threshold_make_one_request(self):
        self.given_condition(7.0)
        self.given_condition(80, measurement="temperature")
        self.assertFalse(self.runs("mfg_rule_condition_threshold"))

        self.given_condition(7.4)
        self.given_condition(7.5)
        run = self.work()

        requests = self.requests()
        self.assertEqual(run.mapped("state"), ["done"])
        self.assertEqual(
            requests.mapped("name"), ["Assembly Robot R1: vibration 7.4 mm/s"]
        )
        self.assertEqual(requests.mfg_correlation_id, run.correlation_id)

    def test_e6_second_crossing_makes_a_second_request(self):
        for value in (7.4, 7.0, 7.2, 7.3):
            self.given_condition(value)
        self.work()

        self.assertEqual(
            self.requests().mapped("name"),
            [
                "Assembly Robot R1: vibration 7.4 mm/s",
                "Assembly Robot R1: vibration 7.2 mm/s",
            ],
        )

    def test_e6_reading_of_another_kind_does_not_end_a_crossing(self):
        self.given_condition(7.4)
        self.given_condition(20, measurement="temperature")
        self.given_condition(7.4)

        self.assertEqual(len(self.runs("mfg_rule_condition_threshold")), 1)

    def test_e6_late_reading_of_before_the_end_crosses_nothing(self):
        self.given_condition(7.4, at="2026-03-02T09:00:00Z")
        self.given_condition(7.0, at="2026-03-02T09:10:00Z")

        self.given_condition(7.5, at="2026-03-02T09:05:00Z")

        self.assertEqual(len(self.runs("mfg_rule_condition_threshold")), 1)

    def test_e6_senders_own_limit_makes_one_request_per_crossing(self):
        for value in (61, 63, 59, 64):
            self.given_condition(value, "temperature", threshold=60)

        self.assertEqual(
            self.requests().mapped("name"),
            [
                "Assembly Robot R1: temperature 61 mm/s, limit 60 mm/s",
                "Assembly Robot R1: temperature 64 mm/s, limit 60 mm/s",
            ],
        )

    def test_e6_where_a_rule_asks_too_there_is_one_request(self):
        self.given_condition(7.4, threshold=7)
        self.work()

        self.assertEqual(len(self.requests()), 1)

    def test_h5_reading_of_the_past_crosses_nothing(self):
        self.given_condition(7.4, threshold=7, historical=True)
        self.given_condition(61, "temperature", threshold=60, historical=True)

        self.assertFalse(self.runs("mfg_rule_condition_threshold"))
        self.assertFalse(self.requests())
