from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from ..exceptions import GateError
from ..protocols.breaker import BreakerView
from .test_models_override import OverrideCase

STATE_CHANGED = "mfg.production.state_changed.v1"


class OutageCase(OverrideCase):
    def setUp(self):
        super().setUp()
        self.mes = self.given_connector()

    def given_connector(self, policy="block", event_type=STATE_CHANGED, **values):
        """A live connector that is told of orders."""
        connector = self.env["mfg.connector"].create(
            {
                "name": "MES",
                "code": f"mes-{self.env['mfg.connector'].search_count([])}",
                "outage_policy": policy,
                "outage_grace_h": 4,
                **values,
            }
        )
        connector.state = "live"
        kind = self.env["mfg.event.type"].search([("name", "=", event_type)])
        self.env["mfg.subscription"].create(
            {"connector_id": connector.id, "event_type_id": kind.id}
        )
        return connector

    def given_outage(self, connector=None, hours=1):
        """The breaker of the connector opened so many hours ago."""
        connector = connector or self.mes
        self.env.flush_all()
        self.env.cr.execute(
            """
            INSERT INTO mfg_breaker (connector_id, state, since, until, recent,
                                     openings, down_since)
            VALUES (%s, 'open', now() AT TIME ZONE 'UTC',
                    now() AT TIME ZONE 'UTC' + interval '1 minute', 'xxxxx', 3,
                    now() AT TIME ZONE 'UTC' - make_interval(hours => %s))
            """,
            (connector.id, hours),
        )
        self.env.invalidate_all()

    def exceptions(self):
        return self.env["mfg.override"].search([("kind", "=", "outage")])


class TestPolicy(OutageCase):
    def test_d4_while_the_partner_works_orders_take_no_notice(self):
        self.scene.finish(self.order)

        self.assertEqual(self.order.state, "done")
        self.assertFalse(self.exceptions())

    def test_d4_block_orders_wait_until_the_partner_is_back(self):
        self.given_outage()

        with self.assertRaisesRegex(
            GateError, "cannot be finished: MES has been down since .* Approver can"
        ):
            self.scene.finish(self.order)
        with self.assertRaisesRegex(GateError, "cannot be started: MES has been down"):
            self.order.workorder_ids.button_start()
        self.env.cr.execute("DELETE FROM mfg_breaker")
        self.scene.finish(self.order)

        self.assertEqual(self.order.state, "done")

    def test_d4_continue_orders_go_on_and_each_is_an_exception_to_settle(self):
        self.mes.outage_policy = "continue"
        self.given_outage()

        self.order.workorder_ids.button_start()
        self.commit()
        self.scene.finish(self.order)

        exception = self.exceptions()
        self.assertEqual(self.order.state, "done")
        self.assertRecordValues(
            exception,
            [
                {
                    "state": "used",
                    "connector_id": self.mes.id,
                    "document_name": self.order.name,
                    "is_drill": False,
                }
            ],
        )
        notes = " ".join(self.order.message_ids.mapped("body"))
        self.assertIn("Goes on by policy", notes)
        self.assertTrue(self.audit(self.order, "outage.passed"))
        self.decide(exception, "settle", note="Reported to the MES by hand")
        self.assertEqual(exception.state, "settled")

    def test_d4_grace_orders_go_on_for_a_time_and_then_wait(self):
        self.mes.outage_policy = "grace"
        self.given_outage(hours=3)
        self.order.workorder_ids.button_start()
        self.commit()
        self.env.cr.execute(
            "UPDATE mfg_breaker SET down_since = down_since - interval '2 hours'"
        )

        with self.assertRaisesRegex(GateError, "MES has been down"):
            self.scene.finish(self.order)

        self.assertEqual(len(self.exceptions()), 1)

    def test_d4_policy_counts_for_the_orders_that_the_partner_hears_of(self):
        self.mes.subscription_ids.condition = "[('product_qty', '>', 1000)]"
        self.given_outage()

        self.scene.finish(self.order)

        self.assertEqual(self.order.state, "done")

    def test_d4_partner_that_orders_need_not_tell_blocks_nothing(self):
        self.mes.outage_policy = "ignore"
        self.given_outage()

        self.scene.finish(self.order)

        self.assertEqual(self.order.state, "done")

    def test_d4_other_types_of_events_gate_no_orders(self):
        self.mes.subscription_ids.event_type_id.gates_orders = False
        self.given_outage()

        self.scene.finish(self.order)

        self.assertEqual(self.order.state, "done")

    def test_d5_override_lets_an_order_pass_an_outage(self):
        self.given_outage()
        override = self.given_granted()

        self.scene.finish(self.order)

        self.assertEqual((self.order.state, override.state), ("done", "used"))

    def test_d4_where_no_partner_gates_orders_the_gate_asks_nothing(self):
        self.mes.outage_policy = "ignore"
        connectors = self.env["mfg.connector"]
        connectors._check_outages(self.order, "finish")

        with self.assertQueryCount(0):
            connectors._check_outages(self.order, "finish")


class TestDrill(OutageCase):
    def test_d4_drill_treats_the_partner_as_down_until_it_ends(self):
        self.mes.action_start_drill()
        with self.assertRaisesRegex(GateError, "MES has been down since"):
            self.scene.finish(self.order)

        self.mes.action_end_drill()
        self.scene.finish(self.order)

        self.assertEqual(self.order.state, "done")
        self.assertEqual(
            self.audit(self.mes).mapped("action")[-2:], ["drill.started", "drill.ended"]
        )

    def test_d4_exceptions_of_a_drill_say_so(self):
        self.mes.outage_policy = "continue"
        self.mes.action_start_drill()

        self.scene.finish(self.order)

        self.assertTrue(self.exceptions().is_drill)

    def test_d4_drill_and_outage_count_from_what_came_first(self):
        self.mes.action_start_drill()
        self.given_outage(hours=2)

        since = self.mes._down()[self.mes]

        self.assertLess(since, fields.Datetime.now() - timedelta(hours=1))
        self.assertEqual(self.mes.down_since, since)

    def test_d4_only_an_administrator_starts_a_drill(self):
        operator = new_test_user(
            self.env, "driller", groups="mfg_integration_core.group_operator"
        )

        with self.assertRaises(AccessError):
            self.mes.with_user(operator).action_start_drill()


class TestBreakerOutage(OutageCase):
    def write_view(self, version, **values):
        breakers = self.env["mfg.breaker"]
        self.assertTrue(
            breakers._write_view(
                self.env.cr, self.mes.id, version, BreakerView(**values), "refused"
            )
        )
        self.env.invalidate_all()
        return breakers.search([("connector_id", "=", self.mes.id)]).down_since

    def test_d4_pauses_and_probes_do_not_begin_an_outage_anew(self):
        opened = self.write_view(0, state="open", since=1000.0, until=1030.0)
        probing = self.write_view(1, state="half_open", since=1030.0, until=1060.0)
        again = self.write_view(2, state="open", since=1031.0, until=1091.0)
        closed = self.write_view(3, state="closed", since=1100.0)

        self.assertEqual(opened, probing)
        self.assertEqual(opened, again)
        self.assertFalse(closed)
