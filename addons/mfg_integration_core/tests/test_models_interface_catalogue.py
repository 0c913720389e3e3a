from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .committed_case import CommittedCase

IN_TYPE, OUT_TYPE = "mfg.test.happened.v1", "mfg.test.changed.v1"


@tagged("post_install", "-at_install")
class TestInterfaceCatalogue(CommittedCase):
    """What people agreed on about each interface, and whether it works."""

    def subscribe(self):
        def create(env):
            event_type = env["mfg.event.type"].search([("name", "=", OUT_TYPE)])
            values = {
                "connector_id": self.connector_id,
                "event_type_id": event_type.id,
            }
            env["mfg.subscription"].create(values)

        self.commit(create)

    def catalogue(self, *names):
        """Values of each of the connector's interfaces, by direction and type."""

        def read(env):
            action = env["mfg.flow"].action_open_catalogue()
            self.assertEqual(action["res_model"], "mfg.flow")
            interfaces = env["mfg.flow"].search(
                [("connector_id", "=", self.connector_id)]
            )
            return {
                (one.direction, one.event_type): [one[name] for name in names]
                for one in interfaces
            }

        return self.commit(read)

    def test_c9_interface_is_listed_before_its_first_message(self):
        self.subscribe()

        listed = self.catalogue("contract_version", "latency", "last_success_at")

        self.assertEqual(listed, {("out", OUT_TYPE): [1, "At once", False]})

    def test_c9_last_success_is_known_of_what_came_in(self):
        self.given_events(self.event(1))
        self.drain()
        self.commit(lambda env: env["mfg.flow"]._refresh())

        listed = self.catalogue("last_success_at", "latency")

        last_success_at, latency = listed["in", IN_TYPE]
        self.assertTrue(last_success_at)
        self.assertEqual(latency, "When it comes in")

    def test_c9_partner_that_fetches_sets_the_latency_itself(self):
        self.subscribe()
        self.commit(
            lambda env: (
                env["mfg.connector"]
                .browse(self.connector_id)
                .write({"adapter": "pull"})
            )
        )

        listed = self.catalogue("latency")

        self.assertEqual(listed["out", OUT_TYPE], ["When the partner fetches it"])

    def test_c9_administrator_says_who_answers_and_whose_record_counts(self):
        self.subscribe()
        self.catalogue()
        agreed = {
            "record_owner": "odoo",
            "criticality": "critical",
            "purpose": "Tells the line what to make",
        }

        def write(env):
            user = new_test_user(
                env,
                f"catalogue_{self.connector_id}",
                groups="mfg_integration_core.group_administrator",
            )
            flow = env["mfg.flow"].search([("connector_id", "=", self.connector_id)])
            flow.with_user(user).write({**agreed, "owner_id": user.id})
            return user.id

        user_id = self.commit(write)

        (values,) = self.catalogue(*agreed, "owner_id").values()
        self.assertEqual(values[:-1], list(agreed.values()))
        self.assertEqual(values[-1].id, user_id)

    def test_c9_who_may_only_look_changes_nothing(self):
        self.subscribe()
        self.catalogue()

        def write(env):
            user = new_test_user(
                env,
                f"looker_{self.connector_id}",
                groups="mfg_integration_core.group_viewer",
            )
            flow = env["mfg.flow"].search([("connector_id", "=", self.connector_id)])
            with self.assertRaises(AccessError):
                flow.with_user(user).write({"criticality": "low"})

        self.commit(write)
