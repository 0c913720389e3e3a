from ..exceptions import GateError
from .committed_case import CommittedCase
from .racer import Racer
from .stock_scene import StockScene

CAUSE = {"reason_code": "manual", "reason": "E-STOP"}


class Rivalry:
    """A hold and the action that it forbids, in transactions of their own.

    Mixed into a case whose ``create(env)`` keeps the ids of what the two are about.
    """

    def setUp(self):
        super().setUp()
        self.commit(self._create)

    def _create(self, env):
        self.create(env, StockScene(env))

    def act(self, env, stop=lambda: None):
        stop()
        self.do(env)

    def act_then_stop(self, env, stop):
        self.do(env)
        env.flush_all()
        stop()

    def place(self, env, stop=lambda: None):
        stop()
        self.hold(env)

    def place_then_stop(self, env, stop):
        self.hold(env)
        env.flush_all()
        stop()

    def test_d2_what_began_before_a_hold_was_committed_is_refused(self):
        acting = Racer(self, self.act).until_it_stops()
        self.commit(self.place)

        acting.finish()

        self.assertEqual(acting.tries, 2)
        self.assertIsInstance(acting.error, GateError)
        self.assertFalse(self.commit(self.is_done))

    def test_d2_what_meets_an_uncommitted_hold_waits_and_is_refused(self):
        holding = Racer(self, self.place_then_stop).until_it_stops()
        acting = Racer(self, self.act).until_it_stops()

        acting.go_on()
        holding.finish()
        acting.finish()

        self.assertIsNone(holding.error)
        self.assertIsInstance(acting.error, GateError)
        self.assertFalse(self.commit(self.is_done))

    def test_d2_hold_that_meets_what_is_being_done_waits_for_it(self):
        acting = Racer(self, self.act_then_stop).until_it_stops()
        holding = Racer(self, self.place).until_it_stops()

        holding.go_on()
        holding.join(0.3)
        waited = holding.is_alive()
        acting.finish()
        holding.finish()

        self.assertTrue(waited, "the hold did not wait for the gate")
        self.assertIsNone(acting.error)
        self.assertTrue(self.commit(self.is_done))
        self.assertEqual(bool(holding.error), self.is_too_late)

    #: Whether what is done leaves nothing that could be held.
    is_too_late = True


class TransferDone:
    """Validates ``self.transfer_id``."""

    def do(self, env):
        transfer = env["stock.picking"].browse(self.transfer_id)
        StockScene(env).validate(transfer)

    def is_done(self, env):
        return env["stock.picking"].browse(self.transfer_id).state == "done"


class TestTransferRaces(Rivalry, TransferDone, CommittedCase):
    def create(self, env, scene):
        product = scene.product("Seal")
        scene.stock(product, 10)
        self.transfer_id = scene.delivery(product, 5).id

    def hold(self, env):
        env["mfg.hold"]._place(env["stock.picking"].browse(self.transfer_id), **CAUSE)

    def test_d3_of_two_releases_at_once_one_says_that_it_may_go_on(self):
        holds = self.commit(
            lambda env: [
                env["mfg.hold"]
                ._place(
                    env["stock.picking"].browse(self.transfer_id),
                    **{**CAUSE, "reason": reason},
                )
                .id
                for reason in ("One", "Two")
            ]
        )

        def lift(hold_id):
            def work(env, stop=lambda: None):
                stop()
                env["mfg.hold"].browse(hold_id)._lift("Checked")

            return work

        first = Racer(self, lift(holds[0])).until_it_stops()
        self.commit(lift(holds[1]))
        first.finish()

        self.assertEqual(first.tries, 2)
        freed = self.sql(
            """
            SELECT count(*) FROM mfg_audit_entry
             WHERE action = 'document.freed' AND res_model = 'stock.picking'
               AND res_id = %s
            """,
            self.transfer_id,
        )
        self.assertEqual(freed, [(1,)])


class TestSupplierRaces(Rivalry, TransferDone, CommittedCase):
    is_too_late = False  # what comes next from the supplier is still to be stopped

    def create(self, env, scene):
        supplier = env["res.partner"].create({"name": "Castings Ltd"})
        self.supplier_id = supplier.id
        receipt = scene.receipt(supplier, scene.product("Seal"), 5)
        self.transfer_id = receipt.id

    def hold(self, env):
        env["mfg.hold"]._place(env["res.partner"].browse(self.supplier_id), **CAUSE)

    def test_d2_receipts_of_one_supplier_do_not_wait_for_each_other(self):
        def pass_gate(env, stop):
            env["res.partner"].browse(self.supplier_id)._mfg_check_gate("receive")
            stop()

        first = Racer(self, pass_gate).until_it_stops()
        second = Racer(self, pass_gate).until_it_stops()

        first.finish()
        second.finish()
        self.assertEqual((first.tries, second.tries), (1, 1))


class TestWorkOrderRaces(Rivalry, CommittedCase):
    def create(self, env, scene):
        component, product = scene.product("Housing"), scene.product("Gearbox")
        scene.stock(component, 10)
        bom = scene.bom(product, [component], scene.workcenter())
        order = scene.order(bom, quantity=2)
        self.workorder_id = order.workorder_ids.id

    def do(self, env):
        env["mrp.workorder"].browse(self.workorder_id).button_finish()

    def hold(self, env):
        workorder = env["mrp.workorder"].browse(self.workorder_id)
        env["mfg.hold"]._place(workorder, **CAUSE)

    def is_done(self, env):
        return env["mrp.workorder"].browse(self.workorder_id).state == "done"


class TestQuantityRaces(Rivalry, TransferDone, CommittedCase):
    """Eight of ten are shipped, five of ten are held: never both."""

    def create(self, env, scene):
        product = scene.product("Seal")
        scene.stock(product, 10)
        self.product_id = product.id
        self.transfer_id = scene.delivery(product, 8).id

    def do(self, env):
        transfer = env["stock.picking"].browse(self.transfer_id)
        transfer.move_ids.quantity = 8
        super().do(env)

    def hold(self, env):
        product = env["product.product"].browse(self.product_id)
        quant = StockScene(env).quant(product)
        env["mfg.quarantine"]._set_aside(quant, 5, **CAUSE)
