from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from ..exceptions import GateError
from .common import ManufacturingCase
from .stock_scene import StockScene


class OverrideCase(ManufacturingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock = StockScene(cls.env)
        cls.asker = cls.given_user("asker", "operator")
        cls.approver = cls.given_user("approver", "approver")

    @classmethod
    def given_user(cls, login, role):
        return new_test_user(
            cls.env,
            login,
            groups=f"mfg_integration_core.group_{role},mrp.group_mrp_manager"
            ",stock.group_stock_manager",
        )

    def ask(self, document=None, user=None, hours=8, **values):
        """An override that was asked for by hand."""
        document = document or self.order
        values = {
            "reason": "The truck leaves at 15:00",
            "valid_until": fields.Datetime.now() + timedelta(hours=hours),
            **values,
        }
        self.env["mfg.override.ask"].with_user(user or self.asker).with_context(
            active_model=document._name, active_id=document.id
        ).create(values).action_ask()
        return self.env["mfg.override"].search(
            [("res_model", "=", document._name), ("res_id", "=", document.id)], limit=1
        )

    def decide(self, override, verdict="grant", user=None, note="Checked the lot"):
        wizard = self.env["mfg.override.verdict"].with_user(user or self.approver)
        wizard.create(
            {
                "row_ids": [(6, 0, override.ids)],
                "verdict": verdict,
                "note": note,
            }
        ).action_confirm()

    def given_granted(self, document=None, **values):
        override = self.ask(document, **values)
        self.decide(override)
        return override


class TestTwoPeople(OverrideCase):
    def setUp(self):
        super().setUp()
        self.hold = self.given_hold()

    def test_d5_what_is_asked_for_changes_nothing_yet(self):
        override = self.ask()

        self.assertEqual(override.state, "requested")
        self.assertIn("E-STOP on Assembly Robot R1", override.against)
        with self.assertRaises(GateError):
            self.scene.finish(self.order)

    def test_d5_granted_by_a_second_person_the_order_passes(self):
        override = self.given_granted()

        self.scene.finish(self.order)

        self.assertEqual(self.order.state, "done")
        self.assertRecordValues(
            override,
            [
                {
                    "state": "used",
                    "pass_count": 1,
                    "requested_by_id": self.asker.id,
                    "decided_by_id": self.approver.id,
                }
            ],
        )

    def test_d5_nobody_grants_what_he_asked_for_himself(self):
        override = self.ask(user=self.approver)

        with self.assertRaisesRegex(UserError, "somebody else has to decide"):
            self.decide(override, user=self.approver)

        self.assertEqual(override.state, "requested")

    def test_d5_the_database_itself_wants_two_people(self):
        override = self.ask()
        constraint = "mfg_override_two_people"

        self.env.cr.execute(
            "SELECT 1 FROM pg_constraint WHERE conname = %s", (constraint,)
        )

        self.assertTrue(self.env.cr.fetchone())
        self.assertFalse(override.decided_by_id)

    def test_d5_an_operator_grants_nothing(self):
        override = self.ask()
        other = self.given_user("operator2", "operator")

        with self.assertRaises(AccessError):
            self.decide(override, user=other)

    def test_d5_a_viewer_asks_for_nothing(self):
        viewer = self.given_user("viewer9", "viewer")

        with self.assertRaises(AccessError):
            self.ask(user=viewer)

    def test_d5_nobody_writes_an_override_by_hand(self):
        override = self.ask()
        administrator = self.given_user("admin9", "administrator")

        for values in ({"state": "granted"}, {"decided_by_id": self.approver.id}):
            with self.subTest(values), self.assertRaises(AccessError):
                override.with_user(administrator).write(values)
        with self.assertRaises(AccessError):
            self.env["mfg.override"].with_user(administrator).create(
                {"res_model": "mrp.production", "res_id": self.order.id, "reason": "x"}
            )

    def test_d5_refused_it_stays_blocked(self):
        override = self.ask()
        self.decide(override, "refuse", note="Not this customer")

        with self.assertRaises(GateError):
            self.scene.finish(self.order)
        with self.assertRaisesRegex(UserError, "decided already"):
            self.decide(override)

    def test_d5_nothing_is_asked_for_where_nothing_stands_against_it(self):
        self.hold._lift("Repaired")

        with self.assertRaisesRegex(UserError, "Nothing stands against"):
            self.ask()


class TestUse(OverrideCase):
    def test_d5_used_once_it_is_used_up(self):
        self.given_hold(self.workcenter)
        override = self.given_granted(self.workcenter)
        first, second = self.order, self.scene.order(self.bom)

        first.workorder_ids.button_start()
        self.commit()
        with self.assertRaises(GateError):
            second.workorder_ids.button_start()

        self.assertEqual(override.pass_count, 1)

    def test_d5_until_a_time_it_may_be_used_often(self):
        self.given_hold(self.workcenter)
        override = self.given_granted(self.workcenter, once=False)

        for order in (self.order, self.scene.order(self.bom)):
            order.workorder_ids.button_start()
            self.commit()

        self.assertEqual(override.pass_count, 2)

    def test_d5_when_its_time_is_over_it_is_worth_nothing(self):
        self.given_hold()
        override = self.given_granted(once=False)
        override.sudo().valid_until = fields.Datetime.now() - timedelta(seconds=1)

        with self.assertRaises(GateError):
            self.scene.finish(self.order)

    def test_d5_a_question_of_a_wizard_does_not_use_it_up(self):
        self.given_hold()
        override = self.given_granted()
        self.order.qty_producing = 10
        self.order._set_qty_producing()
        self.order.move_raw_ids.picked = True

        question = self.order.button_mark_done()
        self.commit()

        self.assertEqual(question["res_model"], "mrp.production.backorder")
        self.assertEqual(override.state, "granted")

    def test_d5_it_is_not_good_for_a_hold_that_came_later(self):
        self.given_hold()
        override = self.given_granted()
        self.given_hold(reason="Another fault")

        with self.assertRaisesRegex(GateError, "Another fault") as refusal:
            self.scene.finish(self.order)

        self.assertNotIn("E-STOP", str(refusal.exception))
        self.assertEqual(override.state, "granted")

    def test_d5_a_failed_attempt_does_not_use_it_up(self):
        self.given_hold()
        override = self.given_granted()

        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.scene.finish(self.order)
            raise ZeroDivisionError

        self.assertEqual(override.state, "granted")
        self.scene.finish(self.order)
        self.assertEqual(override.state, "used")

    def test_d5_transfers_lots_and_quantities_pass_alike(self):
        part = self.scene.product("Casting", tracking="lot")
        lot = self.scene.lot(part, "LATE")
        self.scene.stock(part, 5, lot=lot)
        transfer = self.stock.delivery(part, 5)
        self.given_hold(transfer)
        self.given_hold(lot)
        granted = self.given_granted(transfer) | self.given_granted(lot)

        self.stock.validate(transfer)

        self.assertEqual(transfer.state, "done")
        self.assertEqual(granted.mapped("state"), ["used", "used"])

    def test_d5_use_is_audited_and_told_on_the_document(self):
        self.given_hold()
        self.given_granted()
        self.scene.finish(self.order)

        actions = self.audit(self.order).mapped("action")

        for action in ("override.requested", "override.granted", "override.used"):
            self.assertIn(action, actions)
        notes = " ".join(self.order.message_ids.mapped("body"))
        self.assertIn("Passed with an override", notes)
        self.assertIn("granted by approver", notes)


class TestSettle(OverrideCase):
    def open_list(self):
        return self.env["mfg.override"].search(
            [("state", "in", ("requested", "granted", "used"))]
        )

    def test_d5_what_passed_stays_on_the_list_until_it_is_settled_with_a_note(self):
        self.given_hold()
        override = self.given_granted()
        self.scene.finish(self.order)
        self.assertIn(override, self.open_list())

        self.decide(override, "settle", user=self.asker, note="Inspected at customer")

        self.assertNotIn(override, self.open_list())
        self.assertRecordValues(
            override,
            [
                {
                    "state": "settled",
                    "settled_by_id": self.asker.id,
                    "settle_note": "Inspected at customer",
                }
            ],
        )

    def test_d5_settled_before_it_was_used_it_is_worth_nothing(self):
        self.given_hold()
        override = self.given_granted()
        self.decide(override, "settle")

        with self.assertRaises(GateError):
            self.scene.finish(self.order)

    def test_d5_what_nobody_decided_cannot_be_settled(self):
        self.given_hold()
        override = self.ask()

        with self.assertRaisesRegex(UserError, "Only what was granted"):
            self.decide(override, "settle")
