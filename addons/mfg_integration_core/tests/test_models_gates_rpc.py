import json

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .stock_scene import StockScene


@tagged("post_install", "-at_install")
class TestGatesByRpc(HttpCase):
    """Whatever is held stays held for who calls methods past all screens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scene = scene = StockScene(cls.env)
        cls.workcenter = scene.workcenter()
        cls.part = scene.product("Casting", tracking="lot")
        cls.lot = scene.lot(cls.part, "BAD")
        scene.stock(cls.part, 50, lot=cls.lot)
        cls.seal = scene.product("Seal")
        scene.stock(cls.seal, 50)
        cls.supplier = cls.env["res.partner"].create({"name": "Castings Ltd"})
        product = scene.product("Pump")
        cls.order = scene.order(scene.bom(product, [cls.seal], cls.workcenter), 2)
        scene.ready_to_finish(cls.order)
        new_test_user(
            cls.env,
            "gate-worker",
            groups="base.group_user,mrp.group_mrp_user,stock.group_stock_user",
        )

    def setUp(self):
        super().setUp()
        self.authenticate("gate-worker", "gate-worker")

    def call(self, record, method, *arguments, context=None):
        """The error of a call, or None when it went through."""
        params = {
            "model": record._name,
            "method": method,
            "args": [record.ids, *arguments],
            "kwargs": {"context": context or {}},
        }
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        # Odoo logs every refusal, which is what is wanted here.
        with mute_logger("odoo.http"):
            answer = self.url_open(
                "/web/dataset/call_kw",
                data=json.dumps(body),
                headers={"Content-Type": "application/json"},
            ).json()
        self.env.invalidate_all()
        error = answer.get("error")
        return error and error["data"]["message"]

    def hold(self, document):
        return self.env["mfg.hold"]._place(
            document, reason_code="manual", reason="Look at it", clearer="Quality"
        )

    def assertRefused(self, record, *calls):
        """Each of the calls is answered with the sentence of a gate."""
        for method, *arguments in calls:
            with self.subTest(f"{record._name}.{method}"):
                error = self.call(record, method, *arguments)

                self.assertRegex(error or "went through", "Look at it since")
                self.assertIn("(Quality can clear it)", error)

    def test_d2_held_order_neither_finishes_nor_is_called_finished(self):
        self.hold(self.order)

        self.assertRefused(
            self.order,
            ("button_mark_done",),
            ("write", {"state": "done"}),
            ("action_assign",),
        )
        self.assertRefused(self.order.move_raw_ids, ("write", {"state": "done"}))
        self.assertRefused(
            self.order.workorder_ids,
            ("button_start",),
            ("button_finish",),
            ("write", {"state": "done"}),
        )

    def test_d2_no_word_in_the_context_opens_a_gate(self):
        self.hold(self.order)
        words = {
            "mfg_no_resume": True,
            "mfg_without_held": False,
            "skip_backorder": True,
            "mfg_gate": False,
        }

        error = self.call(self.order, "button_mark_done", context=words)

        self.assertIn("cannot be finished", error or "")

    def test_d2_held_transfer_is_not_validated(self):
        transfer = self.scene.delivery(self.seal, 5)
        transfer.move_ids.picked = True
        self.hold(transfer)

        self.assertRefused(
            transfer,
            ("button_validate",),
            ("write", {"state": "done"}),
            ("action_assign",),
        )
        self.assertRefused(transfer.move_ids, ("write", {"state": "done"}))
        self.assertEqual(transfer.state, "assigned")

    def test_d2_held_lot_is_not_shipped(self):
        transfer = self.scene.delivery(self.part, 5)
        transfer.move_ids.picked = True
        self.hold(self.lot)

        self.assertRefused(transfer, ("button_validate",))

    def test_d2_nothing_is_received_from_a_held_supplier(self):
        receipt = self.scene.receipt(self.supplier, self.seal, 5)
        receipt.move_ids.picked = True
        self.hold(self.supplier)

        self.assertRefused(receipt, ("button_validate",))

    def test_d2_held_quantity_does_not_leave(self):
        cause = {"reason_code": "manual", "reason": "Look at it", "clearer": "Quality"}
        self.env["mfg.quarantine"]._set_aside(self.scene.quant(self.seal), 40, **cause)
        transfer = self.scene.delivery(self.seal, 20)
        transfer.move_ids.quantity = 20
        transfer.move_ids.picked = True

        self.assertRefused(transfer, ("button_validate",))

    def test_d2_worker_neither_lifts_nor_writes_nor_deletes_a_hold(self):
        hold = self.hold(self.order)

        for record, *call in (
            (hold, "write", {"state": "lifted"}),
            (hold, "unlink"),
            (hold, "_lift", "For fun"),
            (hold, "action_lift"),
        ):
            self.call(record, *call)
        wizard = self.env["mfg.hold.lift"].create(
            {"hold_ids": [(6, 0, hold.ids)], "reason": "For fun"}
        )
        error = self.call(wizard, "action_lift")

        self.assertIn("Only an Integration Operator", error or "")
        self.assertEqual(hold.state, "active")
