from odoo.tests import new_test_user

from .common import CmmsCase


class TestMaintenanceRequest(CmmsCase):
    def data_owed(self, request):
        """``data`` of the one message that is owed about the request."""
        message = self.messages_about(request)
        message.ensure_one()
        self.env["mfg.event.type"]._contracts().check(
            message.event_type, message.snapshot["data"]
        )
        return message.snapshot["data"]

    def test_a_corrective_request_is_owed_to_the_cmms(self):
        request = self.given_request(
            name="Gripper does not close",
            description="<p>No end position</p>",
            mfg_fault_code="E-217",
        )

        message = self.messages_about(request)
        self.assertRecordValues(
            message,
            [
                {
                    "connector_id": self.connector.id,
                    "event_type": "mfg.maintenance.requested.v1",
                    "operation": "create_work_order",
                    "state": "pending",
                }
            ],
        )
        data = self.data_owed(request)
        self.assertEqual(data["title"], "Gripper does not close")
        self.assertEqual(data["description"], "No end position")
        self.assertEqual(data["fault"], {"code": "E-217"})

    def test_any_employee_can_report_a_breakdown(self):
        employee = new_test_user(self.env, "employee", groups="base.group_user")
        self.env.invalidate_all()  # What the cache holds, anybody can read.

        request = (
            self.env["maintenance.request"]
            .with_user(employee)
            .create({"name": "It smokes", "equipment_id": self.equipment.id})
        )

        data = self.data_owed(request)
        self.assertEqual(data["asset"]["name"], "Assembly Robot R1")

    def test_preventive_work_is_not_sent(self):
        request = self.given_request(maintenance_type="preventive")

        self.assertFalse(self.messages_about(request))

    def test_a_request_without_equipment_is_not_sent(self):
        request = self.given_request(equipment_id=False)

        self.assertFalse(self.messages_about(request))

    def test_work_that_was_done_before_it_was_noted_is_not_sent(self):
        done = self.env["maintenance.stage"].search([("done", "=", True)], limit=1)

        request = self.given_request(stage_id=done.id)

        self.assertFalse(self.messages_about(request))

    def test_a_plant_without_a_cmms_owes_nothing(self):
        self.connector.state = "draft"

        request = self.given_request()

        self.assertFalse(self.messages_about(request))

    def test_each_request_of_a_batch_is_owed_once(self):
        requests = self.env["maintenance.request"].create(
            [
                {"name": "One", "equipment_id": self.equipment.id},
                {"name": "Two", "equipment_id": self.equipment.id},
            ]
        )

        titles = [self.data_owed(request)["title"] for request in requests]

        self.assertEqual(titles, ["One", "Two"])

    def test_the_asset_is_named_as_each_cmms_knows_it(self):
        other = self.given_connector("cmms-of-the-neighbour")
        self.env["mfg.binding"]._bind(self.connector, self.equipment, "ASSY-R1")

        request = self.given_request()

        assets = {
            message.connector_id: message.snapshot["data"]["asset"]
            for message in self.messages_about(request)
        }
        self.assertEqual(
            assets[self.connector],
            {
                "name": "Assembly Robot R1",
                "external_id": "ASSY-R1",
                "serial": "R1-0007",
            },
        )
        self.assertIsNone(assets[other]["external_id"])

    def test_odoos_stars_are_sent_as_words(self):
        words = {
            stars: self.data_owed(self.given_request(priority=stars))["priority"]
            for stars in (False, "0", "1", "2", "3")
        }

        self.assertEqual(
            words,
            {False: "normal", "0": "low", "1": "normal", "2": "high", "3": "urgent"},
        )

    def test_message_and_request_belong_to_one_chain(self):
        request = self.given_request()

        self.assertTrue(request.mfg_correlation_id)
        self.assertEqual(
            self.messages_about(request).correlation_id, request.mfg_correlation_id
        )

    def test_the_request_shows_its_number_in_the_cmms_once_it_has_one(self):
        request = self.given_request()
        self.assertFalse(request.mfg_partner_reference)

        self.env["mfg.binding"]._bind(self.connector, request, "WO-1001")

        request.invalidate_recordset(["mfg_partner_reference"])
        self.assertEqual(request.mfg_partner_reference, "WO-1001")
