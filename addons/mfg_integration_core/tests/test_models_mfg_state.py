from unittest.mock import patch

from .common import ManufacturingCase


class StateCase(ManufacturingCase):
    def setUp(self):
        super().setUp()
        self.emitted = []
        outbox = self.env["mfg.outbox.message"]

        def remember(_outbox, event_type, document, data, **_more):
            self.emitted.append((event_type, document, data()))
            return outbox

        emit = patch.object(type(outbox), "_emit", remember)
        emit.start()
        self.addCleanup(emit.stop)


class TestProductionState(StateCase):
    def test_order_goes_through_its_canonical_states(self):
        order = self.scene.order(self.bom, confirm=False)
        self.assertEqual(order.mfg_state, "planned")

        order.action_confirm()
        self.assertEqual(order.mfg_state, "released")

        order.workorder_ids.button_start()
        self.assertEqual(order.mfg_state, "in_progress")

        order.workorder_ids.button_finish()
        self.assertEqual((order.state, order.mfg_state), ("to_close", "in_progress"))

    def test_orders_from_before_the_suite_get_the_state_a_compute_would_give(self):
        draft, cancelled, done, running = (
            self.scene.order(self.bom, quantity=1, confirm=confirm)
            for confirm in (False, True, True, True)
        )
        cancelled.action_cancel()
        self.scene.finish(self.order)
        running.workorder_ids.button_start()
        orders = draft + cancelled + done + running + self.order
        computed = [order.mfg_state for order in orders]
        self.env.flush_all()
        self.env.cr.execute("UPDATE mrp_production SET mfg_state = NULL")

        orders._mfg_state_fill()
        self.env.invalidate_all()

        self.assertEqual(len(set(computed)), 5)
        self.assertEqual([order.mfg_state for order in orders], computed)

    def test_hold_overlays_what_could_go_on_and_nothing_else(self):
        planned = self.scene.order(self.bom, confirm=False)

        self.given_hold()
        self.given_hold(planned)

        self.assertEqual(self.order.mfg_state, "blocked")
        self.assertEqual(planned.mfg_state, "planned")

    def test_change_is_told_once_per_transaction_from_first_to_last_state(self):
        order = self.order

        order.workorder_ids.button_start()
        self.given_hold()
        self.env.flush_all()
        self.commit()

        changes = self.audit(order, "state.changed")[-1:]
        self.assertRecordValues(
            changes, [{"old_value": "released", "new_value": "blocked"}]
        )
        self.assertEqual(len(self.emitted), 1)
        event_type, document, data = self.emitted[0]
        self.assertEqual(event_type, "mfg.production.state_changed.v1")
        self.assertEqual(document, order)
        self.assertEqual(
            {key: value for key, value in data.items() if key != "blocked_by"},
            {
                "order": order.name,
                "state": "blocked",
                "previous_state": "released",
                "product": "GB-200",
                "quantity": 120.0,
                "uom": order.product_uom_id.name,
            },
        )
        self.assertIn("Maintenance can clear it", data["blocked_by"][0])

    def test_state_that_came_back_to_what_it_was_is_no_change(self):
        hold = self.given_hold()
        self.env.flush_all()
        hold._lift("Never mind")

        self.commit()

        self.assertFalse(self.emitted)

    def test_new_planned_order_is_no_change_but_one_released_at_once_is(self):
        planned = self.scene.order(self.bom, confirm=False)
        released = self.scene.order(self.bom)

        self.commit()

        self.assertFalse(self.audit(planned, "state.changed"))
        self.assertEqual([document for _t, document, _d in self.emitted], [released])
        self.assertIsNone(self.emitted[0][2]["previous_state"])

    def test_deleted_order_is_told_nobody(self):
        order = self.scene.order(self.bom, confirm=False)
        self.commit()
        order.action_cancel()
        self.env.flush_all()

        order.unlink()
        self.commit()

        self.assertFalse(self.emitted)

    def test_change_is_told_on_behalf_of_the_acting_user_in_the_chain(self):
        user = self.env.ref("base.user_admin")
        order = self.order.with_user(user).with_context(mfg_correlation_id="chain-7")

        order.workorder_ids.button_start()
        order.env.flush_all()
        self.commit()

        change = self.audit(self.order, "state.changed")[-1:]
        self.assertEqual(change.actor, user.login)
        self.assertEqual(change.correlation_id, "chain-7")

    def test_what_an_order_does_after_a_fault_stays_in_the_chain_of_the_fault(self):
        chained = self.env["mfg.hold"].with_context(mfg_correlation_id="chain-8")
        hold = chained._place(self.order, reason_code="manual", reason="Look")
        hold._lift("Looked")
        self.commit()

        self.scene.finish(self.order)
        self.commit()

        change = self.audit(self.order, "state.changed")[-1:]
        self.assertEqual(
            (change.new_value, change.correlation_id), ("completed", "chain-8")
        )


class TestQueryBudget(ManufacturingCase):
    """Confirming and finishing stay within the budget of the design, section 9.

    The same flow is counted with and without what the suite adds to it; somebody has
    subscribed to the orders' states, so that messages are counted, too.
    """

    CONFIRM_BUDGET = 15
    FINISH_BUDGET = 25

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        connector = cls.env["mfg.connector"].create(
            {"name": "MES", "code": "mes-budget"}
        )
        connector.state = "live"
        cls.env["mfg.subscription"].create(
            {
                "connector_id": connector.id,
                "event_type_id": cls.env.ref(
                    "mfg_integration_core.mfg_event_type_production_state_changed"
                ).id,
                "operation": "follow_order",
            }
        )

    def setUp(self):
        super().setUp()
        # Whatever is loaded once per process is loaded before anything is counted.
        self.confirm(self.draft())
        self.finish(self.order)

    def test_confirming_costs_few_more_queries_than_without_the_suite(self):
        bare = self.without_suite(self.confirm, self.draft())

        extra = self.count(self.confirm, self.draft()) - bare

        self.assertLessEqual(extra, self.CONFIRM_BUDGET)

    def test_finishing_costs_few_more_queries_than_without_the_suite(self):
        orders = [self.draft() for _each in range(2)]
        for order in orders:
            self.confirm(order)
        bare = self.without_suite(self.finish, orders[0])

        extra = self.count(self.finish, orders[1]) - bare

        self.assertLessEqual(extra, self.FINISH_BUDGET)

    # ----------------------------------------------------------------- helpers

    def draft(self):
        lot = self.scene.lot(
            self.product, self.env["ir.sequence"].next_by_code("mfg.case")
        )
        return self.scene.order(self.bom, quantity=2, lot=lot, confirm=False)

    def confirm(self, order):
        order.action_confirm()
        order.action_assign()

    def finish(self, order):
        self.scene.finish(order)

    def count(self, step, order):
        """Queries that the step takes, up to and with what precedes its commit."""
        self.commit()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        step(order)
        self.commit()
        return self.env.cr.sql_log_count - before

    def without_suite(self, step, order):
        """Queries that the step takes when the suite neither gates nor tells."""
        models = [self.env[name] for name in ("mrp.production", "mrp.workcenter")]
        models += [self.env["stock.lot"], self.env["maintenance.request"]]
        gates = [
            patch.object(type(model), "_mfg_check_gate", lambda *_args, **_more: None)
            for model in models[:3]
        ]
        told = [
            patch.object(type(model), "_mfg_state_remember", lambda *_args: None)
            for model in (models[0], models[3])
        ]
        for each in gates + told:
            each.start()
        try:
            return self.count(step, order)
        finally:
            for each in gates + told:
                each.stop()
