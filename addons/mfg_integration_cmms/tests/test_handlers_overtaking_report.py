from odoo.tests import tagged

from odoo.addons.mfg_integration_core.tests.committed_case import CommittedCase


@tagged("post_install", "-at_install")
class TestOvertakingReport(CommittedCase):
    """A CMMS may call back before its answer to our own request has arrived."""

    def given_request(self):
        """Id of a request whose number at the CMMS is not known yet."""

        def create(env):
            equipment = env["maintenance.equipment"].create({"name": "Robot"})
            return (
                env["maintenance.request"]
                .create({"name": "Gripper", "equipment_id": equipment.id})
                .id
            )

        return self.commit(create)

    def given_known_request(self, number):
        """Id of a request that the CMMS has answered with its number."""
        request_id = self.given_request()
        self.commit(
            lambda env: env["mfg.binding"]._bind(
                env["mfg.connector"].browse(self.connector_id),
                env["maintenance.request"].browse(request_id),
                number,
            )
        )
        return request_id

    def state_of(self, request_id):
        ((state,),) = self.sql(
            "SELECT mfg_state FROM maintenance_request WHERE id = %s", request_id
        )
        return state

    def given_report(self, number, state, version):
        """The door has stored a report about the work order ``number``."""
        self.given_events(
            {
                "specversion": "1.0",
                "id": f"{number}-{version}",
                "source": "/cmms",
                "subject": number,
                "type": "mfg.maintenance.reported.v1",
                "data": {"work_order": number, "state": state, "version": version},
            }
        )

    def test_reports_wait_for_the_answer_and_then_go_on_in_order(self):
        request_id = self.given_request()
        self.given_report("WO-OVERTAKING", "in_progress", 2)
        self.given_report("WO-OVERTAKING", "completed", 3)
        self.drain()
        self.assertEqual(self.states(), ["waiting", "received"])

        self.commit(
            lambda env: env["mfg.binding"]._bind(
                env["mfg.connector"].browse(self.connector_id),
                env["maintenance.request"].browse(request_id),
                "WO-OVERTAKING",
            )
        )
        self.drain()

        self.assertEqual(self.states(), ["processed", "processed"])
        self.assertEqual(
            self.sql(
                "SELECT mfg_state FROM maintenance_request WHERE id = %s", request_id
            ),
            [("completed",)],
        )

    def test_a_late_older_report_is_ignored_and_says_why(self):
        self.given_known_request("WO-LATE")
        self.given_report("WO-LATE", "completed", 3)
        self.given_report("WO-LATE", "in_progress", 2)

        self.drain()

        self.assertEqual(self.states(), ["processed", "ignored"])

    def test_b6_report_that_overtook_the_step_before_it_is_taken_up_again(self):
        request_id = self.given_known_request("WO-STEP")
        self.given_report("WO-STEP", "completed", 1)
        # From completed nobody may ask for this; from the step between anybody may.
        self.given_report("WO-STEP", "cancelled", 3)
        self.drain()
        self.assertEqual(self.states(), ["processed", "rejected"])

        self.given_report("WO-STEP", "in_progress", 2)
        self.drain()

        self.assertEqual(self.states(), ["processed"] * 3)
        self.assertEqual(self.state_of(request_id), "cancelled")

    def test_b6_report_that_was_refused_in_its_place_stays_so(self):
        request_id = self.given_known_request("WO-WRONG")
        self.given_report("WO-WRONG", "completed", 1)
        self.given_report("WO-WRONG", "cancelled", 2)
        self.given_report("WO-WRONG", "in_progress", 3)

        self.drain()

        self.assertEqual(self.states(), ["processed", "rejected", "processed"])
        self.assertEqual(self.state_of(request_id), "in_progress")
