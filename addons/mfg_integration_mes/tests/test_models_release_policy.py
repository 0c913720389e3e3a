from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user

from .release_case import ReleaseCase


class TestReleasePolicy(ReleaseCase):
    def given_order(self, **values):
        """A new order, confirmed and committed."""
        order = self.scene.order(self.bom, **values)
        self.commit()
        return order

    def given_scarce_order(self):
        """A confirmed order that needs more housings than there are."""
        return self.given_order(quantity=20000)

    def test_g1_by_hand_is_the_default(self):
        order = self.given_order()

        self.assertEqual(order._mfg_release_policy(), "manual")
        self.assertEqual(self.told(order), [])

    def test_g1_on_confirm(self):
        self.given_policy("on_confirm")

        order = self.given_order()

        self.assertEqual(self.words(order), ["released"])
        self.assertEqual(order.mfg_release_state, "released")

    def test_g1_when_components_are_reserved(self):
        self.given_policy("components_ready")
        order = self.given_scarce_order()
        before = self.words(order)

        self.scene.stock(self.component, 20000)
        order.action_assign()
        self.commit()

        self.assertEqual((before, self.words(order)), ([], ["released"]))

    def test_g1_when_the_recipe_is_approved(self):
        self.given_policy("recipe_approved")
        order = self.given_order()
        before = self.words(order)

        self.bom.action_mfg_approve()
        self.commit()

        self.assertEqual((before, self.words(order)), ([], ["released"]))
        self.assertEqual(self.told(order)[0][1]["recipe"]["revision"], 1)

    def test_g1_nearest_policy_holds(self):
        setting = self.env["mfg.setting"]
        plant = self.scene.plant(
            "North", warehouses=self.order.picking_type_id.warehouse_id
        )
        category = self.env["product.category"].create({"name": "Gearboxes"})
        parent = category.parent_id = self.env["product.category"].create(
            {"name": "Drives"}
        )
        self.product.categ_id = category
        policies = [self.order._mfg_release_policy()]

        setting._set("mes.release_policy", plant, "on_confirm")
        policies.append(self.order._mfg_release_policy())
        parent.mfg_release_policy = "components_ready"
        policies.append(self.order._mfg_release_policy())
        self.product.mfg_release_policy = "recipe_approved"
        policies.append(self.order._mfg_release_policy())

        self.assertEqual(
            policies, ["manual", "on_confirm", "components_ready", "recipe_approved"]
        )

    def test_g1_setting_takes_no_other_word(self):
        with self.assertRaisesRegex(ValidationError, "is no value of"):
            self.env["mfg.setting"]._set(
                "mes.release_policy", self.env["res.company"], "whenever"
            )

    def test_g1_administrator_chooses_the_policy_from_a_list(self):
        row = self.env["mfg.setting"].search(
            [("key", "=", "mes.release_policy"), ("level", "=", "global")]
        )
        wizard = self.env["mfg.setting.override"].create({"setting_id": row.id})
        choices = self.env["mfg.setting.choice"].search([("key", "=", row.key)])
        chosen = choices.filtered(lambda each: each.content == "on_confirm")

        wizard.choice_id = chosen
        wizard.action_apply()

        self.assertEqual(len(choices), 4)
        self.assertEqual(self.order._mfg_release_policy(), "on_confirm")
        self.assertEqual(row.value_told, "When the order is confirmed")

    def test_g1_held_order_is_released_when_the_hold_is_lifted(self):
        self.given_policy("components_ready")
        order = self.given_scarce_order()
        hold = self.given_hold(order)
        self.scene.stock(self.component, 20000)
        hold_told = self.words(order)

        hold._lift("Checked")
        order.action_assign()
        self.commit()

        self.assertEqual((hold_told, self.words(order)), ([], ["released"]))

    def test_g1_what_a_person_withdrew_no_policy_releases(self):
        self.given_policy("on_confirm")
        order = self.given_order()
        order.action_mfg_withdraw()
        self.commit()

        order.do_unreserve()
        order.action_assign()
        self.commit()

        self.assertEqual(self.words(order), ["released", "cancelled"])

    # ---------------------------------------------------------------- the recipe

    def test_g1_change_of_the_recipe_takes_the_approval_back(self):
        changes = {
            "quantity of a component": lambda bom: bom.bom_line_ids.write(
                {"product_qty": 3}
            ),
            "another component": lambda bom: bom.write(
                {"bom_line_ids": [(0, 0, {"product_id": self.product_of("Bolt").id})]}
            ),
            "a component less": lambda bom: bom.bom_line_ids[-1:].unlink(),
            "time of an operation": lambda bom: bom.operation_ids.write(
                {"time_cycle_manual": 9}
            ),
            "a by-product": lambda bom: bom.write(
                {"byproduct_ids": [(0, 0, {"product_id": self.product_of("Swarf").id})]}
            ),
            "what it makes": lambda bom: bom.write({"product_qty": 5}),
        }
        for what, change in changes.items():
            with self.subTest(what=what):
                self.bom.action_mfg_approve()
                approved = self.bom.mfg_is_approved

                change(self.bom)

                self.assertEqual((approved, self.bom.mfg_is_approved), (True, False))
                self.assertFalse(self.bom.mfg_approved_by_id)

    def product_of(self, name):
        return self.scene.product(name)

    def test_g1_approval_says_who_and_when_and_is_audited(self):
        self.bom.action_mfg_approve()
        self.bom.bom_line_ids.product_qty = 4
        self.bom.action_mfg_approve()

        self.assertRecordValues(
            self.bom,
            [{"mfg_approved_by_id": self.env.uid, "mfg_approved_revision": 2}],
        )
        self.assertTrue(self.bom.mfg_approved_at)
        actions = self.audit(self.bom).mapped("action")
        self.assertEqual(
            actions, ["recipe.approved", "recipe.taken_back", "recipe.approved"]
        )

    def test_g1_only_an_approver_approves_a_recipe(self):
        planner = new_test_user(
            self.env, "planner-of-recipes", groups="mrp.group_mrp_manager"
        )

        with self.assertRaises(AccessError):
            self.bom.with_user(planner).action_mfg_approve()
        with self.assertRaisesRegex(AccessError, "Use the button"):
            self.bom.with_user(planner).mfg_is_approved = True

    def test_g1_where_two_people_are_wanted_nobody_approves_a_change_of_his_own(self):
        self.env["mfg.setting"]._set(
            "change.second_person", self.env["res.company"], True
        )
        self.bom.bom_line_ids.product_qty = 2
        groups = "mfg_integration_core.group_approver,mrp.group_mrp_user"
        other = new_test_user(self.env, "other-approver", groups=groups)

        with self.assertRaisesRegex(UserError, "somebody else has to decide"):
            self.bom.action_mfg_approve()
        self.bom.with_user(other).action_mfg_approve()

        self.assertTrue(self.bom.mfg_is_approved)
