from odoo.tests import Form

from .release_case import ReleaseCase


class TestReleaseChanges(ReleaseCase):
    def change_quantity(self, quantity, order=None):
        """As a person does: by the wizard of Odoo."""
        order = order or self.order
        wizard = self.env["change.production.qty"].create(
            {"mo_id": order.id, "product_qty": quantity}
        )
        wizard.change_prod_qty()

    def last_change(self):
        word, data = self.told()[-1]
        self.assertEqual(word, "changed")
        return data

    def changed_fields(self):
        return [change["field"] for change in self.last_change()["changes"]]

    def test_g1_quantity_change_follows_with_old_and_new(self):
        self.given_accepted()

        self.change_quantity(100)
        self.commit()

        data = self.last_change()
        self.assertEqual((data["revision"], data["previous_revision"]), (2, 1))
        self.assertIn({"field": "quantity", "old": 120, "new": 100}, data["changes"])
        self.assertIn("components", self.changed_fields())
        self.assertEqual(data["components"][0]["quantity"], 100)
        self.assertRecordValues(
            self.order, [{"mfg_release_state": "released", "mfg_release_revision": 2}]
        )

    def test_g1_date_change_follows(self):
        self.given_released()

        self.order.date_deadline = "2026-04-01 12:00:00"
        self.commit()

        (change,) = self.last_change()["changes"]
        self.assertEqual(
            (change["field"], change["new"]), ("due_at", "2026-04-01T12:00:00Z")
        )

    def test_g1_scheduled_start_follows(self):
        self.given_released()

        self.order.date_start = "2026-04-01 12:00:00"
        self.commit()

        self.assertEqual(self.last_change()["planned_start_at"], "2026-04-01T12:00:00Z")

    def test_g1_changed_recipe_follows_when_the_order_takes_it_over(self):
        self.given_released()
        bearing = self.scene.product("Bearing")
        line = {"product_id": bearing.id, "product_qty": 2}

        self.bom.bom_line_ids = [(0, 0, line)]
        self.commit()
        untouched = self.words()
        self.order.action_update_bom()
        self.commit()

        self.assertEqual(untouched, ["released"])
        names = [each["product"]["name"] for each in self.last_change()["components"]]
        self.assertEqual(names, ["Housing", "Bearing"])

    def test_g1_component_added_by_hand_follows(self):
        self.given_released()
        grease = self.scene.product("Grease")

        with Form(self.order) as form:
            with form.move_raw_ids.new() as move:
                move.product_id = grease
                move.product_uom_qty = 3
        self.commit()

        self.assertIn("components", self.changed_fields())
        self.assertEqual(self.last_change()["components"][-1]["quantity"], 3)

    def test_g1_other_work_center_follows(self):
        self.given_released()

        self.order.workorder_ids.workcenter_id = self.scene.workcenter("Line 2")
        self.commit()

        (operation,) = self.last_change()["operations"]
        self.assertEqual(operation["work_center"]["name"], "Line 2")

    def test_g1_several_changes_of_one_transaction_are_one_message(self):
        self.given_released()

        self.change_quantity(100)
        self.change_quantity(90)
        self.order.date_deadline = "2026-04-01 12:00:00"
        self.commit()

        self.assertEqual(self.words(), ["released", "changed"])
        changes = {each["field"]: each for each in self.last_change()["changes"]}
        self.assertEqual(
            (changes["quantity"]["old"], changes["quantity"]["new"]), (120, 90)
        )

    def test_g1_change_that_is_taken_back_is_none(self):
        self.given_released()

        self.order.priority = "1"
        self.order.priority = "0"
        self.commit()

        self.assertEqual(self.words(), ["released"])

    def test_g1_release_and_change_at_once_are_one_release(self):
        self.order.action_mfg_release()
        self.change_quantity(100)
        self.commit()

        ((word, data),) = self.told()
        self.assertEqual((word, data["quantity"]), ("released", 100))

    def test_g1_reservation_and_start_of_work_are_no_change(self):
        self.given_released()

        self.order.do_unreserve()
        self.order.action_assign()
        self.given_running_workorder()
        self.commit()

        self.assertEqual(self.order.state, "progress")
        self.assertEqual(self.words(), ["released"])

    def test_g1_user_of_another_language_changes_nothing(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.product.with_context(lang="fr_FR").name = "Réducteur"
        self.given_released()

        self.order.with_context(lang="fr_FR").date_deadline = "2026-04-01 12:00:00"
        self.commit()

        self.assertEqual(self.changed_fields(), ["due_at"])
        self.assertEqual(self.last_change()["product"]["name"], "Gearbox GB-200")

    def test_a16_change_on_the_heels_of_another_supersedes_it(self):
        subscription = self.connector.subscription_ids.filtered(
            lambda each: each.operation == "change_job"
        )

        self.assertTrue(subscription.full_state)
        self.assertEqual(subscription.ordering, "document")

    def test_g1_split_tells_the_rest_and_releases_the_new_order_by_its_policy(self):
        self.given_policy("on_confirm")
        order = self.scene.order(self.bom, quantity=10)
        self.commit()
        name = order.name

        rest = order._split_productions({order: [6, 4]}) - order
        self.commit()

        changes = {
            each["field"]: each["new"] for each in self.told(order)[-1][1]["changes"]
        }
        self.assertEqual(changes["quantity"], 6)
        self.assertEqual(order.mfg_release_name, name)
        self.assertEqual(self.words(rest), ["released"])
        self.assertEqual(self.told(rest)[0][1]["quantity"], 4)

    def test_g1_backorder_is_released_as_an_order_of_its_own(self):
        self.given_policy("on_confirm")
        order = self.scene.order(self.bom, quantity=10, lot=self.lot)
        self.commit()
        order.qty_producing = 6
        order._set_qty_producing()
        order.move_raw_ids.picked = True

        context = {"skip_backorder": True, "mo_ids_to_backorder": order.ids}
        order.with_context(**context).button_mark_done()
        self.commit()

        rest = self.env["mrp.production"].search(
            [("product_id", "=", self.product.id)], order="id desc", limit=1
        )
        self.assertNotEqual(rest, order)
        self.assertEqual(self.words(order), ["released"])
        self.assertEqual(self.told(rest)[0][1]["quantity"], 4)

    def test_g1_what_the_mes_itself_changes_is_not_told_back_to_it(self):
        self.given_accepted()
        as_mes = self.order.with_context(mfg_connector_id=self.connector.id)

        as_mes.date_deadline = "2026-04-01 12:00:00"
        self.commit()
        silent = self.words()
        self.order.priority = "1"
        self.commit()

        self.assertEqual(silent, ["released"])
        self.assertEqual(self.changed_fields(), ["priority"])
        self.assertEqual(self.order.mfg_release_revision, 2)

    def test_g1_mes_that_never_got_the_order_hears_no_change_of_it(self):
        self.given_released()
        late = self.given_mes("mes-that-came-late")

        self.order.priority = "1"
        self.commit()

        self.assertEqual(self.words(), ["released", "changed"])
        self.assertEqual(self.told(connector=late), [])
