from datetime import datetime

from odoo.addons.mfg_integration_core.exceptions import (
    InvalidEventError,
    MissingReferenceError,
)

from .release_case import ReleaseCase


class TestReleaseAnswered(ReleaseCase):
    def test_g1_accepted_order_is_known_by_the_number_of_the_mes(self):
        self.given_released()
        event = self.given_answer(self.order, reference="J-5001")

        self.handle(event)

        self.assertRecordValues(
            self.order,
            [{"mfg_release_state": "accepted", "mfg_partner_reference": "J-5001"}],
        )
        self.assertRecordValues(
            event, [{"res_model": "mrp.production", "res_id": self.order.id}]
        )

    def test_g1_later_answer_may_use_the_number_of_the_mes(self):
        self.given_accepted()

        self.handle(self.given_answer(self.order, accepted=False, order="J-5001"))

        self.assertEqual(self.order.mfg_release_state, "refused")

    def test_g1_refusal_is_a_visible_exception_with_its_reason(self):
        self.given_released()

        self.handle(self.given_answer(self.order, accepted=False))

        self.assertRecordValues(
            self.order,
            [
                {
                    "mfg_release_state": "refused",
                    "mfg_release_reason": "NO_FIXTURE: Out for repair",
                    "mfg_may_be_released": True,
                }
            ],
        )
        refused = self.env["mrp.production"].search(
            [("mfg_release_state", "=", "refused")]
        )
        self.assertIn(self.order, refused)
        self.assertIn("NO_FIXTURE", " ".join(self.order.message_ids.mapped("body")))

    def test_g1_mes_that_clears_what_it_refused_for_accepts_by_itself(self):
        self.given_released()
        self.handle(self.given_answer(self.order, accepted=False))

        self.handle(self.given_answer(self.order))

        self.assertRecordValues(
            self.order,
            [{"mfg_release_state": "accepted", "mfg_release_reason": False}],
        )
        self.assertFalse(self.order.activity_ids)

    def test_g1_answer_to_an_older_revision_is_ignored_but_its_number_is_not(self):
        self.given_released()
        late = self.given_answer(self.order, accepted=False, reference="J-5001")
        self.order.priority = "1"
        self.commit()

        self.handle(late)

        self.assertRecordValues(
            late, [{"state": "ignored", "reason_code": "older_version"}]
        )
        self.assertRecordValues(
            self.order,
            [{"mfg_release_state": "released", "mfg_partner_reference": "J-5001"}],
        )

    def test_g1_of_two_answers_to_one_revision_the_later_one_holds(self):
        self.given_released()
        later, earlier = datetime(2026, 3, 2, 9, 1), datetime(2026, 3, 2, 9, 0)
        self.handle(self.given_answer(self.order, event_time=later))

        self.handle(self.given_answer(self.order, accepted=False, event_time=earlier))

        self.assertEqual(self.order.mfg_release_state, "accepted")

    def test_g1_repeated_refusal_is_one_activity(self):
        self.given_released()

        for _ in range(2):
            self.handle(self.given_answer(self.order, accepted=False))

        self.assertEqual(len(self.order.activity_ids), 1)
        self.assertEqual(len(self.audit(self.order, "release.changed")), 2)

    def test_g1_revision_that_was_never_released_is_rejected(self):
        self.given_released()

        with self.assertRaises(InvalidEventError) as caught:
            self.handle(self.given_answer(self.order, revision=2))

        self.assertEqual(caught.exception.code, "unknown_revision")

    def test_g1_answer_to_what_was_withdrawn_meanwhile_changes_nothing(self):
        self.given_released()
        self.order.action_mfg_withdraw()
        self.commit()
        event = self.given_answer(self.order)

        self.handle(event)

        self.assertRecordValues(
            event, [{"state": "ignored", "reason_code": "withdrawn"}]
        )
        self.assertEqual(self.order.mfg_release_state, "cancelled")

    def test_g1_mes_of_another_plant_answers_nothing(self):
        self.given_released()
        north = self.scene.plant(
            "North", warehouses=self.order.picking_type_id.warehouse_id
        )
        south = self.scene.plant("South")
        self.connector.plant_id = south
        event = self.given_answer(self.order)

        with self.assertRaises(InvalidEventError) as caught:
            self.handle(event)

        self.assertEqual(caught.exception.code, "other_plant")
        self.assertEqual(self.order.mfg_plant_id, north)

    def test_g1_answer_about_an_unknown_order_waits(self):
        self.given_released()

        with self.assertRaises(MissingReferenceError):
            self.handle(self.given_answer(self.order, order="WH/MO/99999"))

    def test_g1_answer_to_the_former_name_of_a_split_order_finds_it(self):
        self.given_released()
        event = self.given_answer(self.order)
        former = self.order.name
        self.order.name = f"{former}-001"
        self.commit()
        event.payload = {
            **event.payload,
            "data": {"order": former, "revision": 2, "accepted": True},
        }

        self.handle(event)

        self.assertEqual(self.order.mfg_release_state, "accepted")
