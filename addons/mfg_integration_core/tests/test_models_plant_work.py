import uuid

from odoo.tests import new_test_user, tagged

from .committed_case import CommittedCase


@tagged("post_install", "-at_install")
class TestPlantWork(CommittedCase):
    """What is handled in the background is done for the plant that it came from."""

    def _create_connector(self, env):
        """Of a plant of another company than the one that Odoo itself works in."""
        tag = uuid.uuid4().hex[:8]
        company = env["res.company"].create({"name": f"Company {tag}"})
        plant = env["mfg.plant"].create(
            {"name": f"Plant {tag}", "code": tag, "company_id": company.id}
        )
        user = new_test_user(
            env,
            f"connection-{tag}",
            "mfg_integration_core.group_connection",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        connector_id = super()._create_connector(env)
        env["mfg.connector"].browse(connector_id).write(
            {"company_id": company.id, "plant_id": plant.id, "user_id": user.id}
        )
        return connector_id

    def stored(self):
        """``(company, plant)`` of the connector, its event and the event's effect."""
        return self.sql(
            """
            SELECT connector.company_id, connector.plant_id, event.company_id,
                   event.plant_id, effect.company_id
              FROM mfg_connector connector
              JOIN mfg_inbox_event event ON event.connector_id = connector.id
              LEFT JOIN mfg_test_effect effect ON effect.name = event.event_id
             WHERE connector.id = %s
            """,
            self.connector_id,
        )[0]

    def test_n3_door_notes_company_and_plant_of_the_connector(self):
        self.given_events(self.event(1))

        company, plant, event_company, event_plant, _effect = self.stored()
        self.assertEqual((event_company, event_plant), (company, plant))

    def test_n3_handler_works_in_the_company_of_the_event(self):
        self.given_events(self.event(1))

        self.drain()

        company, _plant, _event_company, _event_plant, effect = self.stored()
        self.assertNotEqual(
            company, self.commit(lambda env: env.ref("base.main_company").id)
        )
        self.assertEqual(effect, company)
