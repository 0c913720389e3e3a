from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from ..models.mrp_production_release_answer import ACTIVITY
from .release_case import ReleaseCase


class TestRelease(ReleaseCase):
    def test_g1_release_tells_the_whole_order(self):
        self.product.default_code = "GB-200"
        self.component.default_code = "GH-20"
        self.workcenter.code = "ASSY1"
        self.bom.write({"code": "GB-200/A", "consumption": "strict"})
        self.bom.operation_ids.mfg_instructions_url = "https://docs.example.com/1"
        swarf = self.scene.product("Swarf")
        by_product = {"product_id": swarf.id, "product_qty": 0.5}
        self.bom.byproduct_ids = [(0, 0, by_product)]
        order = self.scene.order(
            self.bom, quantity=10, lot=self.scene.lot(self.product, "L-2")
        )
        order.date_deadline = "2026-03-04 16:00:00"

        self.given_released(order)

        ((word, data),) = self.told(order)
        self.assertEqual(word, "released")
        gearbox = {"code": "GB-200", "name": self.product.name, "tracking": "lot"}
        units = self.product.uom_id.name
        self.assertEqual(
            {
                name: data[name]
                for name in ("order", "revision", "product", "quantity", "uom", "lots")
            },
            {
                "order": order.name,
                "revision": 1,
                "product": gearbox,
                "quantity": 10,
                "uom": units,
                "lots": ["L-2"],
            },
        )
        self.assertEqual(data["due_at"], "2026-03-04T16:00:00Z")
        self.assertEqual(
            data["recipe"],
            {"reference": "GB-200/A", "revision": None, "consumption": "strict"},
        )
        self.assertEqual(
            data["components"],
            [
                {
                    "product": {"code": "GH-20", "name": "Housing", "tracking": "none"},
                    "quantity": 10,
                    "uom": units,
                    "operation": None,
                    "consumption": "backflushed",
                    "lots": [],
                }
            ],
        )
        (operation,) = data["operations"]
        self.assertEqual(
            (operation["sequence"], operation["name"], operation["cycle_time_s"]),
            (1, "Assembly", 60),
        )
        self.assertEqual(operation["planned_duration_s"], 600)
        self.assertEqual(
            operation["work_center"], {"code": "ASSY1", "name": self.workcenter.name}
        )
        self.assertEqual(operation["instructions_url"], "https://docs.example.com/1")
        (extra,) = data["by_products"]
        self.assertEqual((extra["product"]["name"], extra["quantity"]), ("Swarf", 5))
        self.assertIn(f"res_id={order.id}", data["instructions_url"])

    def test_g1_planner_sees_that_the_order_is_released(self):
        self.assertEqual(self.order.mfg_release_state, "not_released")
        self.assertTrue(self.order.mfg_may_be_released)

        self.given_released()

        self.assertRecordValues(
            self.order,
            [
                {
                    "mfg_release_state": "released",
                    "mfg_release_revision": 1,
                    "mfg_released_by": self.env.user.name,
                    "mfg_may_be_released": False,
                    "mfg_may_be_withdrawn": True,
                }
            ],
        )
        (entry,) = self.audit(self.order, "release.changed")
        self.assertEqual(
            (entry.old_value, entry.new_value), ("not_released", "released")
        )

    def test_g1_planner_without_any_right_on_integration_releases(self):
        groups = "mrp.group_mrp_user,stock.group_stock_user"
        planner = new_test_user(self.env, "planner-of-g1", groups=groups)

        self.order.with_user(planner).action_mfg_release()
        self.commit()

        self.assertEqual(self.words(), ["released"])

    def test_g1_what_is_released_is_not_released_twice(self):
        self.given_released()

        with self.assertRaisesRegex(UserError, "is released already"):
            self.order.action_mfg_release()

    def test_g1_draft_is_not_released(self):
        draft = self.scene.order(self.bom, confirm=False)

        with self.assertRaisesRegex(UserError, "confirmed and not finished"):
            draft.action_mfg_release()

    def test_g1_held_order_is_not_released(self):
        self.given_hold()

        with self.assertRaisesRegex(
            UserError, "cannot be released to the MES: blocked"
        ):
            self.order.action_mfg_release()

    def test_g1_where_no_mes_listens_the_planner_is_told_what_is_missing(self):
        self.connector.action_archive()

        with self.assertRaisesRegex(UserError, "No MES gets"):
            self.order.action_mfg_release()
        self.assertFalse(self.order.mfg_release_offered)

    def test_g1_release_state_is_not_for_people_to_write(self):
        planner = new_test_user(
            self.env, "writer-of-g1", groups="mrp.group_mrp_manager"
        )

        with self.assertRaisesRegex(AccessError, "Use the buttons"):
            self.order.with_user(planner).mfg_release_state = "accepted"

    def test_g1_withdrawn_order_is_cancelled_at_the_mes_and_stays_in_odoo(self):
        self.given_accepted()

        self.order.with_context(mfg_why="Postponed").action_mfg_withdraw()
        self.commit()

        _word, data = self.told()[-1]
        self.assertEqual(
            data,
            {
                "order": self.order.name,
                "revision": 1,
                "cause": "withdrawn",
                "reason": "Postponed",
            },
        )
        self.assertRecordValues(
            self.order, [{"mfg_release_state": "cancelled", "state": "confirmed"}]
        )

    def test_g1_withdrawn_order_is_released_again_with_a_higher_revision(self):
        self.given_released()
        self.order.action_mfg_withdraw()
        self.commit()

        self.given_released()

        self.assertEqual(self.words(), ["released", "cancelled", "released"])
        self.assertEqual(self.told()[-1][1]["revision"], 2)
        self.assertEqual(self.order.mfg_release_state, "released")

    def test_g1_what_is_not_at_the_mes_is_not_withdrawn(self):
        with self.assertRaisesRegex(UserError, "not at the MES"):
            self.order.action_mfg_withdraw()

    def test_g1_cancelled_order_is_cancelled_at_the_mes(self):
        self.given_released()

        self.order.action_cancel()
        self.commit()

        word, data = self.told()[-1]
        self.assertEqual((word, data["cause"]), ("cancelled", "order_cancelled"))
        self.assertEqual(self.order.mfg_release_state, "cancelled")

    def test_g1_nothing_is_told_of_an_order_that_was_never_released(self):
        self.order.product_qty = 50
        self.order.action_cancel()
        self.commit()

        self.assertEqual(self.told(), [])

    def test_g1_finished_order_is_no_change(self):
        self.given_released()

        self.scene.finish(self.order)
        self.commit()

        self.assertEqual(self.order.state, "done")
        self.assertEqual(self.words(), ["released"])

    def test_a2_release_that_is_rolled_back_is_told_to_nobody(self):
        self.commit()
        with self.env.cr.savepoint() as savepoint:
            self.order.action_mfg_release()
            savepoint.rollback()

        self.commit()

        self.assertEqual(self.told(), [])
        self.assertEqual(self.order.mfg_release_state, "not_released")

    def test_g1_refusal_is_an_activity_of_the_planner_until_it_is_dealt_with(self):
        self.given_released()
        self.handle(self.given_answer(self.order, accepted=False))
        kind = self.env.ref(ACTIVITY)

        (activity,) = self.order.activity_ids

        self.assertEqual(activity.activity_type_id, kind)
        self.assertEqual(activity.user_id, self.order.user_id)
        self.assertIn("NO_FIXTURE: Out for repair", activity.note)
        self.given_released()
        self.assertFalse(self.order.activity_ids)
        self.assertFalse(self.order.mfg_release_reason)
