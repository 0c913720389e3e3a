from .common import ManufacturingCase


class TestCase(ManufacturingCase):
    def setUp(self):
        super().setUp()
        self.request = self.scene.request(self.equipment)
        self.case = self.env["mfg.case"]._ensure(
            "chain-1", "Robot R1 stopped", self.request
        )

    def given_case_hold(self, **values):
        return self.given_hold(case=self.case, **values)

    def test_one_chain_has_one_case(self):
        again = self.env["mfg.case"]._ensure("chain-1", "Another title")

        self.assertEqual(again, self.case)
        self.assertEqual(self.case.title, "Robot R1 stopped")
        self.assertTrue(self.case.name.startswith("CASE/"))

    def test_hold_of_the_same_chain_joins_the_case_by_itself(self):
        chained = self.env["mfg.hold"].with_context(mfg_correlation_id="chain-1")

        hold = chained._place(self.order, reason_code="manual", reason="Look")

        self.assertEqual(hold.case_id, self.case)
        self.assertEqual(self.order.mfg_case_ids, self.case)
        self.assertEqual(self.order.mfg_case_count, 1)

    def test_case_is_open_while_anything_is_held(self):
        hold = self.given_case_hold()
        self.request.stage_id = self.env["maintenance.stage"].search(
            [("done", "=", True)], limit=1
        )
        self.assertEqual(self.case.state, "open")

        hold._lift("Released")

        self.assertEqual(self.case.state, "settled")
        self.assertTrue(self.case.settled_at)

    def test_case_is_open_until_its_cause_is_cleared(self):
        hold = self.given_case_hold()

        hold._lift("Released")

        self.assertEqual(self.case.state, "open")

    def test_settled_case_opens_again_with_a_new_hold(self):
        self.request.archive_equipment_request()
        self.case._settle_if_over()

        self.given_case_hold()

        self.assertEqual(self.case.state, "open")

    def test_timeline_tells_the_chain_in_order(self):
        hold = self.given_case_hold()
        self.commit()
        hold._lift("Sensor replaced")
        self.commit()

        timeline = self.case.timeline

        self.assertEqual(
            [(moment["kind"], moment["title"]) for moment in timeline],
            [
                ("note", "Case opened: Robot R1 stopped"),
                ("hold", f"{self.order.name} held: {hold.name}"),
                ("state", f"{self.order.name}: released → blocked"),
                ("hold", f"{self.order.name} no longer held: {hold.name}"),
                ("state", f"{self.order.name} goes on"),
                ("state", f"{self.order.name}: blocked → released"),
            ],
        )
        self.assertEqual(timeline[0]["elapsed_s"], 0)
        self.assertTrue(timeline[0]["at"].endswith("Z"))
        self.assertEqual(timeline[1]["tone"], "danger")
        self.assertIn("Sensor replaced", timeline[3]["detail"])
        self.assertEqual(
            (timeline[1]["model"], timeline[1]["id"]), ("mrp.production", self.order.id)
        )

    def test_timeline_shows_what_was_exchanged(self):
        connector = self.env["mfg.connector"].create({"name": "CMMS", "code": "cmms-t"})
        message = self.env["mfg.outbox.message"].create(
            {
                "uuid": "0a52e2ba-0000-4000-8000-000000000001",
                "connector_id": connector.id,
                "event_type": "mfg.production.state_changed.v1",
                "ordering_key": "x",
                "correlation_id": "chain-1",
                "state": "retry",
                "reason": "The CMMS answered 503.",
            }
        )
        self.env["mfg.delivery.attempt"].create(
            {
                "message_id": message.id,
                "number": 1,
                "started_at": message.create_date,
                "outcome": "retryable",
                "response_status": 503,
            }
        )

        moments = {moment["kind"]: moment for moment in self.case.timeline}

        self.assertEqual(
            moments["message"]["title"],
            "To CMMS: Order changed its state",
        )
        self.assertEqual(moments["message"]["tone"], "warning")
        self.assertEqual(moments["message"]["detail"], "The CMMS answered 503.")
        self.assertEqual(
            moments["attempt"]["title"], "Attempt 1 with CMMS: To be retried"
        )
        self.assertEqual(moments["attempt"]["detail"], "HTTP status 503")

    def test_timeline_shows_a_message_after_what_it_tells(self):
        connector = self.env["mfg.connector"].create(
            {"name": "MES", "code": "mes-t", "state": "live"}
        )
        event_type = self.env["mfg.event.type"].search(
            [("name", "=", "mfg.production.state_changed.v1")]
        )
        self.env["mfg.subscription"].create(
            {"connector_id": connector.id, "event_type_id": event_type.id}
        )

        self.given_case_hold()
        self.commit()

        kinds = [moment["kind"] for moment in self.case.timeline]
        self.assertEqual(kinds, ["note", "hold", "state", "message"])
