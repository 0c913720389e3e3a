import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .delivery_case import DeliveryCase


@tagged("post_install", "-at_install")
class TestTemplateTrial(DeliveryCase):
    def trial(self, env, **values):
        return env["mfg.template.trial"].create(
            {
                "connector_id": self.connector_id,
                "subscription_id": self.subscription_id,
                **values,
            }
        )

    def test_request_of_a_real_message_is_shown_and_nothing_is_sent(self):
        self.configure(state="paused")
        message_id = self.given_message(self.given_document(), 7)

        def foresee(env):
            trial = self.trial(env, message_id=message_id)
            trial.action_foresee()
            return trial.told

        told = self.commit(foresee)

        self.assertIn(f"> POST {self.partner.url}/told", told)
        self.assertIn('"number": 7', told)
        self.assertEqual(self.partner.calls, 0)

    def test_event_that_is_sent_shows_the_answer_and_the_reference_found_in_it(self):
        event = json.dumps({"id": "trial-1", "data": {"number": 8}})

        def send(env):
            trial = self.trial(env, event=event)
            trial.action_send()
            return trial.told, trial.ended_well

        told, ended_well = self.commit(send)

        self.assertIn("< 201", told)
        self.assertEqual(told.splitlines()[-1], "= delivered, reference trial-1")
        self.assertTrue(ended_well)
        self.assertEqual(self.partner.told, [8])

    def test_refusal_ends_in_the_sentence_that_a_message_would_get(self):
        self.partner.answers(422)
        event = json.dumps({"id": "trial-2", "data": {"number": 9}})

        def send(env):
            trial = self.trial(env, event=event)
            trial.action_send()
            return trial.told, trial.ended_well

        told, ended_well = self.commit(send)

        self.assertIn("= PermanentDeliveryError (http_422)", told)
        self.assertFalse(ended_well)

    def test_connection_test_is_tried_when_no_operation_is_chosen(self):
        def foresee(env):
            trial = self.trial(env, subscription_id=False)
            trial.action_foresee()
            return trial.told

        self.assertIn(f"> GET {self.partner.url}/", self.commit(foresee))

    def test_event_that_is_no_json_object_is_refused(self):
        for event in ("{", "[]"):
            with self.assertRaises(UserError):
                self.commit(
                    lambda env, event=event: self.trial(env, event=event).action_send()
                )
        self.assertEqual(self.partner.calls, 0)

    def test_nobody_speaks_for_a_connector_of_another_company(self):
        def speak(env):
            company = env["res.company"].create({"name": "Plant B"})
            stranger = new_test_user(
                env,
                f"stranger-{company.id}",
                "mfg_integration_core.group_administrator",
                company_id=company.id,
                company_ids=[(6, 0, company.ids)],
            )
            theirs = env(user=stranger, context={"allowed_company_ids": company.ids})
            self.trial(theirs, subscription_id=False).action_send()

        with self.assertRaises(AccessError):
            self.commit(speak)
        self.assertEqual(self.partner.calls, 0)
