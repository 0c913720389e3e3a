from ..compat import move_vals
from ..exceptions import GateError
from .committed_case import CommittedCase
from .common import ManufacturingScene
from .racer import Racer


class TestRaces(CommittedCase):
    """Two connections meet at one row; whoever loses is done again on the truth."""

    def setUp(self):
        super().setUp()
        self.order_id = self.commit(self._create_order)

    def _create_order(self, env):
        scene = ManufacturingScene(env)
        component, product = scene.product("Housing"), scene.product("Gearbox")
        scene.stock(component, 100)
        bom = scene.bom(product, [component], scene.workcenter())
        order = scene.order(bom, quantity=2)
        scene.ready_to_finish(order)
        return order.id

    # ------------------------------------------------------------------- works

    def order(self, env):
        return env["mrp.production"].browse(self.order_id)

    def place(self, env, stop=lambda: None, reason="E-STOP"):
        stop()
        hold = env["mfg.hold"]._place(
            self.order(env), reason_code="manual", reason=reason
        )
        return hold.id

    def place_then_stop(self, env, stop):
        self.place(env)
        stop()

    def finish(self, env, stop=lambda: None):
        stop()
        self.order(env).with_context(skip_backorder=True).button_mark_done()

    def finish_then_stop(self, env, stop):
        self.finish(env)
        env.flush_all()
        stop()

    # ------------------------------------------------------------------- looks

    def assertOrder(self, *, done, active_holds):
        state, holds = self.commit(
            lambda env: (
                self.order(env).state,
                len(env["mfg.hold"]._active_on(self.order(env))),
            )
        )
        self.assertEqual((state == "done", holds), (done, active_holds))

    # ------------------------------------------------------------------- tests

    def test_finish_that_began_before_a_hold_was_committed_is_refused(self):
        finish = Racer(self, self.finish).until_it_stops()
        self.commit(self.place)

        finish.finish()

        self.assertEqual(finish.tries, 2)
        self.assertIsInstance(finish.error, GateError)
        self.assertOrder(done=False, active_holds=1)

    def test_finish_that_meets_an_uncommitted_hold_waits_and_is_refused(self):
        hold = Racer(self, self.place_then_stop).until_it_stops()
        finish = Racer(self, self.finish).until_it_stops()

        finish.go_on()
        hold.finish()
        finish.finish()

        self.assertEqual(finish.tries, 2)
        self.assertIsInstance(finish.error, GateError)
        self.assertOrder(done=False, active_holds=1)

    def test_hold_that_began_before_a_finish_was_committed_is_refused(self):
        hold = Racer(self, self.place).until_it_stops()
        self.commit(self.finish)

        hold.finish()

        self.assertEqual(hold.tries, 2)
        self.assertRegex(str(hold.error), "can no longer be held")
        self.assertOrder(done=True, active_holds=0)

    def test_hold_that_meets_an_uncommitted_finish_waits_and_is_refused(self):
        finish = Racer(self, self.finish_then_stop).until_it_stops()
        hold = Racer(self, self.place).until_it_stops()

        hold.go_on()
        finish.finish()
        hold.finish()

        self.assertEqual(hold.tries, 2)
        self.assertRegex(str(hold.error), "can no longer be held")
        self.assertOrder(done=True, active_holds=0)

    def test_of_two_releases_at_once_one_resumes_the_order(self):
        holds = [self.commit(self.place)]
        holds.append(self.commit(lambda env: self.place(env, reason="Another")))
        first = Racer(self, self._lift(holds[0])).until_it_stops()
        self.commit(lambda env: self._lift(holds[1])(env, lambda: None))

        first.finish()

        self.assertEqual(first.tries, 2)
        self.assertOrder(done=False, active_holds=0)
        resumed = self.sql(
            """
            SELECT count(*) FROM mfg_audit_entry
             WHERE action = 'order.resumed' AND res_id = %s
            """,
            self.order_id,
        )
        self.assertEqual(resumed, [(1,)])

    def test_release_that_meets_a_new_hold_does_not_resume_the_order(self):
        hold = self.commit(self.place)
        release = Racer(self, self._lift(hold)).until_it_stops()
        self.commit(lambda env: self.place(env, reason="Another"))

        release.finish()

        self.assertOrder(done=False, active_holds=1)
        state = self.commit(lambda env: self.order(env).mfg_state)
        self.assertEqual(state, "blocked")

    def test_lot_that_is_held_while_it_is_moved_stays(self):
        move_id = self.commit(self._create_lot_move)

        def move(env, stop):
            stop()
            env["stock.move"].browse(move_id)._action_done()

        moving = Racer(self, move).until_it_stops()
        self.commit(self._hold_lot)
        moving.finish()

        self.assertEqual(moving.tries, 2)
        self.assertIsInstance(moving.error, GateError)

    def test_gate_whose_snapshot_is_older_than_a_hold_looks_again(self):
        self.commit(self._create_lot_move)

        def pass_gate(env, stop):
            stop()
            self._lot(env)._mfg_check_gate("move")

        passing = Racer(self, pass_gate).until_it_stops()
        self.commit(self._hold_lot)
        passing.finish()

        self.assertEqual(passing.tries, 2)
        self.assertIsInstance(passing.error, GateError)

    def test_hold_waits_until_what_passed_the_gate_is_committed(self):
        self.commit(self._create_lot_move)

        def pass_gate(env, stop):
            self._lot(env)._mfg_check_gate("move")
            stop()

        passed = Racer(self, pass_gate).until_it_stops()
        hold = Racer(self, lambda env, stop: (stop(), self._hold_lot(env)))
        hold.until_it_stops().go_on()
        hold.join(0.5)
        waited = hold.is_alive()
        passed.finish()
        hold.finish()

        self.assertTrue(waited, "the hold did not wait for the gate")
        self.assertIsNone(hold.error)

    def test_case_whose_last_two_holds_are_lifted_at_once_settles(self):
        first_order, second_order = self.order_id, self.commit(self._create_order)

        def open_case(env):
            case = env["mfg.case"]._ensure(f"race-{first_order}", "Two orders")
            return case.id, [
                env["mfg.hold"]
                ._place(order, reason_code="manual", reason="Look", case=case)
                .id
                for order in env["mrp.production"].browse([first_order, second_order])
            ]

        case_id, holds = self.commit(open_case)
        first = Racer(self, self._lift(holds[0])).until_it_stops()
        self.commit(lambda env: self._lift(holds[1])(env, lambda: None))
        first.finish()

        state = self.commit(lambda env: env["mfg.case"].browse(case_id).state)
        self.assertEqual((first.tries, state), (2, "settled"))

    def test_of_two_sealers_one_seals_and_the_chain_stays_whole(self):
        self.commit(self.place)

        def seal_then_stop(env, stop):
            env["mfg.audit.entry"]._cron_seal()
            stop()

        first = Racer(self, seal_then_stop).until_it_stops()
        second = self.commit(lambda env: env["mfg.audit.entry"]._cron_seal())
        first.finish()

        self.assertEqual(second, 0)
        self.assertEqual(self.commit(lambda env: env["mfg.audit.entry"]._verify()), "")

    def test_sealer_whose_snapshot_is_older_than_a_seal_starts_again(self):
        self.commit(self.place)

        def stop_then_seal(env, stop):
            stop()
            env["mfg.audit.entry"]._cron_seal()

        late = Racer(self, stop_then_seal).until_it_stops()
        self.commit(lambda env: env["mfg.audit.entry"]._cron_seal())
        late.finish()

        self.assertEqual(late.tries, 2)
        self.assertEqual(self.commit(lambda env: env["mfg.audit.entry"]._verify()), "")

    def test_hold_and_finish_let_loose_on_each_other_never_both_win(self):
        for _round in range(5):
            self.order_id = self.commit(self._create_order)
            racers = [Racer(self, self.place), Racer(self, self.finish)]
            for racer in racers:
                racer.until_it_stops()
            for racer in racers:
                racer.go_on()
            for racer in racers:
                racer.finish()

            refused = [racer for racer in racers if racer.error]
            self.assertEqual(len(refused), 1, "exactly one of the two is refused")

    # ----------------------------------------------------------------- helpers

    @staticmethod
    def _lift(hold_id):
        def lift(env, stop):
            stop()
            env["mfg.hold"].browse(hold_id)._lift("Checked")

        return lift

    def _lot(self, env):
        return env["stock.lot"].browse(self.lot_id)

    def _hold_lot(self, env):
        env["mfg.hold"]._place(
            self._lot(env), reason_code="quality_review", reason="Crack"
        )

    def _create_lot_move(self, env):
        scene = ManufacturingScene(env)
        product = scene.product("Casting", tracking="lot")
        lot = scene.lot(product, "LOT-RACE")
        self.lot_id = lot.id
        scene.stock(product, 5, lot=lot)
        warehouse = env["stock.warehouse"].search([], limit=1)
        move = env["stock.move"].create(
            move_vals(
                env,
                "Ship it",
                product_id=product.id,
                product_uom_qty=5,
                product_uom=product.uom_id.id,
                location_id=warehouse.lot_stock_id.id,
                location_dest_id=env.ref("stock.stock_location_customers").id,
            )
        )
        move._action_confirm()
        move._action_assign()
        move.picked = True
        return move.id
