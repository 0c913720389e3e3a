from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.mfg_integration_core.tests.racer import Racer

from .committed_reports_case import CommittedReportsCase


@tagged("post_install", "-at_install")
class TestReportsLane(CommittedReportsCase):
    """What comes in another order, or is refused, leaves the order as it should be."""

    def test_g8_a_reversal_before_its_report_is_held_and_applied_when_it_comes(self):
        self.given_reversal("R-1")
        self.given_report(10, "R-0")
        self.settle()
        self.assertEqual(self.states(), ["waiting", "processed"])
        self.assertEqual(self.sums(), (10, 10))

        self.given_report(25, "R-1")
        self.settle()

        self.assertEqual(self.states(), ["processed"] * 3)
        self.assertEqual(self.sums(), (10, 10))
        ((taken_back,),) = self.sql(
            """
            SELECT wrong.name FROM mfg_production_report reversal
              JOIN mfg_production_report wrong ON wrong.id = reversal.reverses_id
             WHERE reversal.production_id = %s
            """,
            self.order_id,
        )
        self.assertEqual(taken_back, "R-1")

    def test_g8_a_reversal_whose_report_never_comes_becomes_a_dead_letter(self):
        self.sql(
            "UPDATE mfg_connector SET retry_max_attempts = 1 WHERE id = %s",
            self.connector_id,
        )
        self.given_reversal("R-9")
        self.settle()
        ((reason, remedy),) = self.sql(
            "SELECT reason_code, reason FROM mfg_inbox_event WHERE connector_id = %s",
            self.connector_id,
        )
        self.assertEqual(reason, "out_of_turn")
        self.assertIn("No report R-9", remedy)

        self.given_report(10, "R-0")
        self.settle()

        self.assertEqual(self.states(), ["dead", "processed"])
        self.assertEqual(self.sums(), (10, 10))

    def test_g2_a_refused_report_leaves_nothing_when_its_worker_dies(self):
        self.given_place("view")
        untouched = self.commit(self.facts)
        self.given_report(10, "R-1", is_final=True)

        self.commit(self.die_after_the_refusal)

        self.assertEqual(self.states(), ["processing"])
        self.assertEqual(self.commit(self.facts), untouched)
        self.drain()
        self.assertEqual(self.states(), ["dead"])
        self.assertEqual(self.commit(self.facts), untouched)

        self.given_place("internal")
        self.commit(lambda env: self.events(env).action_retry())
        self.drain()
        self.assertEqual(self.states(), ["processed"])
        self.assertEqual(self.sums(), (10, 10))

    def test_g2_an_order_that_is_finished_beside_a_report_posts_it(self):
        self.commit(self.expect_ten_at_the_end)
        finishing = Racer(self, self.finish).until_it_stops()

        self.commit(self.take_ten)
        finishing.finish()

        self.assertIsNone(finishing.error)
        self.assertEqual(finishing.tries, 2)
        self.assertEqual(self.unposted(), [])
        self.assertEqual(self.sums(), (10, 10))

    def test_g2_a_report_beside_which_its_order_is_finished_waits_for_a_decision(self):
        self.commit(self.expect_ten_at_the_end)
        reporting = Racer(self, self.take_ten).until_it_stops()

        self.commit(self.finish)
        reporting.finish()

        self.assertIsNone(reporting.error)
        self.assertEqual(reporting.tries, 2)
        self.assertEqual(self.unposted(), [("to_decide", "closed")])

    def expect_ten_at_the_end(self, env):
        """Have reports wait for the end, and a person say already how many come."""
        order = env["mrp.production"].browse(self.order_id)
        order.product_id.mfg_posting_policy = "progress"
        order.qty_producing = 10

    def take_ten(self, env, stop=lambda: None):
        stop()
        order = env["mrp.production"].browse(self.order_id)
        env["mfg.production.report"]._take(order, {"good": 10})

    def finish(self, env, stop=lambda: None):
        stop()
        order = env["mrp.production"].browse(self.order_id)
        order.with_context(
            skip_backorder=True, skip_consumption=True
        ).button_mark_done()

    def unposted(self):
        """State and cause of the order's reports that were not posted."""
        return self.sql(
            """
            SELECT state, cause FROM mfg_production_report
             WHERE production_id = %s AND posting_id IS NULL
            """,
            self.order_id,
        )

    def die_after_the_refusal(self, env):
        """Handle the report as a worker does, which dies before it records how."""
        worker, lease, task = self.begin(env)
        with self.assertRaises(UserError):
            env["mfg.inbox.event"]._handle_in_transaction(worker, lease, task)
        self.given_lost_worker(lane_id=task.lane_id)

    def given_place(self, usage):
        """Turn the place that finished goods go to into one of this kind."""
        self.commit(
            lambda env: (
                env["mrp.production"]
                .browse(self.order_id)
                .location_dest_id.write({"usage": usage})
            )
        )

    def events(self, env):
        return env["mfg.inbox.event"].search([("connector_id", "=", self.connector_id)])

    def facts(self, env):
        """All that a report could have left behind."""
        order = env["mrp.production"].browse(self.order_id)
        moves = order.move_raw_ids | order.move_finished_ids
        return {
            "order": order.read(
                ["state", "mfg_state", "mfg_release_state", "qty_producing"]
            ),
            "workorders": order.workorder_ids.read(["state", "qty_produced"]),
            "moves": moves.read(["state", "quantity", "picked", "product_uom_qty"]),
            "reports": order.mfg_report_ids.ids + order.mfg_posting_ids.ids,
            "times": order.workorder_ids.time_ids.ids,
            "holds": env["mfg.hold"].search_count(
                [("res_model", "=", order._name), ("res_id", "=", order.id)]
            ),
            "told": env["mfg.outbox.message"].search_count(
                [("res_model", "=", order._name), ("res_id", "=", order.id)]
            ),
        }
