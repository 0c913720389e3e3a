from odoo.tests import new_test_user, tagged

from .committed_case import CommittedCase

TEST_TYPE = "mfg.test.happened.v1"


@tagged("post_install", "-at_install")
class TestFlow(CommittedCase):
    def refresh(self):
        self.commit(lambda env: env["mfg.flow"]._refresh())

    def flow(self, *names):
        """Values of the connector's one flow."""

        def read(env):
            flow = env["mfg.flow"].search([("connector_id", "=", self.connector_id)])
            return [flow[name] for name in names]

        return self.commit(read)

    def set_flow(self, **values):
        def write(env):
            flow = env["mfg.flow"].search([("connector_id", "=", self.connector_id)])
            flow.write(values)

        self.commit(write)

    def given_waiting_event(self, seconds):
        """An event that came so long ago and that nobody has handled."""
        self.given_events(self.event(1))
        self.sql(
            """
            UPDATE mfg_inbox_event SET create_date = create_date
                   - make_interval(secs => %s)
             WHERE connector_id = %s
            """,
            seconds,
            self.connector_id,
        )

    def given_responsible(self):
        """The partner id of who is responsible for the connector."""

        def create(env):
            user = new_test_user(
                env,
                f"flow_{self.connector_id}",
                groups="base.group_user,mfg_integration_core.group_operator",
            )
            connector = env["mfg.connector"].browse(self.connector_id)
            connector.responsible_id = user
            return user.partner_id.id

        return self.commit(create)

    def told(self, partner_id):
        """What the partner was notified of, in order."""

        def read(env):
            messages = env["mail.message"].search(
                [
                    ("model", "=", "mfg.connector"),
                    ("res_id", "=", self.connector_id),
                    ("partner_ids", "in", [partner_id]),
                ],
                order="id",
            )
            return messages.mapped("body")

        return [str(body) for body in self.commit(read)]

    def test_l2_flow_shows_the_age_of_its_oldest_and_not_only_a_count(self):
        self.given_waiting_event(seconds=300)

        self.refresh()

        event_type, count, age_s = self.flow(
            "event_type", "pending_count", "oldest_pending_age_s"
        )
        self.assertEqual((event_type, count), (TEST_TYPE, 1))
        self.assertGreater(age_s, 298)

    def test_l2_share_in_time_is_that_of_the_flows_own_target(self):
        self.given_waiting_event(seconds=300)
        self.refresh()
        self.drain()
        self.given_events(self.event(2))
        self.drain()

        self.refresh()

        self.assertEqual(
            self.flow("pending_count", "handled_count", "in_time_percent"),
            [0, 2, 50.0],
        )

    def test_l2_responsible_is_told_once_that_a_flow_is_late_and_once_that_it_is_over(
        self,
    ):
        partner_id = self.given_responsible()
        self.given_waiting_event(seconds=1000)

        self.refresh()
        self.refresh()
        late = self.told(partner_id)
        self.drain()
        self.refresh()
        self.refresh()

        self.assertEqual(len(late), 1)
        self.assertIn("is late", late[0])
        self.assertEqual(len(self.told(partner_id)), 2)
        self.assertIn("in time again", self.told(partner_id)[1])

    def test_l2_flow_may_alert_later_or_never(self):
        partner_id = self.given_responsible()
        self.given_waiting_event(seconds=1000)
        self.commit(
            lambda env: env["mfg.flow"].create(
                {
                    "connector_id": self.connector_id,
                    "direction": "in",
                    "event_type": TEST_TYPE,
                    "alert_after_s": 0,
                }
            )
        )

        self.refresh()
        never = self.told(partner_id)
        self.set_flow(alert_after_s=999)
        self.refresh()

        self.assertEqual(never, [])
        self.assertEqual(len(self.told(partner_id)), 1)
