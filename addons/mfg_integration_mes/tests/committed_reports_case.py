"""Reports of a MES that pass its lane, transaction by transaction."""

import time
import uuid

from odoo.tests import new_test_user

from odoo.addons.mfg_integration_core.tests.committed_case import CommittedCase
from odoo.addons.mfg_integration_core.tests.stock_scene import StockScene

from .reports_case import CONNECTION_GROUPS, REPORTED, REVERSED

SETTLED_WITHIN_S = 60


class CommittedReportsCase(CommittedCase):
    """One order of 100 pieces at a MES; each report is posted at once."""

    def setUp(self):
        super().setUp()
        self.order_id, self.order_name = self.commit(self._create_order)

    def _create_connector(self, env):
        connector_id = super()._create_connector(env)
        user = new_test_user(env, f"mes-{uuid.uuid4().hex[:8]}", CONNECTION_GROUPS)
        env["mfg.connector"].browse(connector_id).user_id = user
        return connector_id

    def _create_order(self, env):
        scene = StockScene(env)
        component = scene.product(f"Blank {uuid.uuid4().hex[:6]}")
        product = scene.product("Shaft", mfg_posting_policy="post")
        bom = scene.bom(product, [component], scene.workcenter("Lathe"))
        scene.stock(component, 1000)
        order = scene.order(bom, 100, confirm=False)
        order.location_dest_id = env["stock.location"].create(
            {"name": "Finished", "location_id": scene.warehouse.lot_stock_id.id}
        )
        order.action_confirm()
        order.action_assign()
        return order.id, order.name

    # ------------------------------------------------------------------ given

    def given_report(self, good, report_id, **data):
        """Let the door store a report of the order."""
        self._given(
            REPORTED,
            {
                "job_order": self.order_name,
                "good_quantity": good,
                "report_id": report_id,
                **data,
            },
        )

    def given_reversal(self, report_id):
        """Let the door store that a report is taken back."""
        self._given(REVERSED, {"report_id": report_id, "reason": "Wrong order"})

    def _given(self, event_type, data):
        event = self.event(0, subject=self.order_name)
        self.given_events({**event, "type": event_type, "data": data})

    # ------------------------------------------------------------------- then

    def settle(self):
        """Do what is due until nothing is, however many jobs that takes."""
        deadline = time.monotonic() + SETTLED_WITHIN_S
        while {"received", "processing", "retry"} & set(self.states()):
            self.assertLess(time.monotonic(), deadline, self.states())
            self.drain()

    def sums(self):
        """Good pieces that are reported, and those in done moves of the order."""
        return self.sql(
            """
            SELECT COALESCE((SELECT sum(line.quantity::numeric)
                      FROM mfg_production_report_line line
                      JOIN mfg_production_report report ON report.id = line.report_id
                     WHERE line.production_id = production.id AND line.kind = 'good'
                       AND report.state = 'accepted'), 0)::float,
                   COALESCE((SELECT sum(line.quantity_product_uom::numeric)
                      FROM stock_move_line line
                      JOIN stock_move move ON move.id = line.move_id
                     WHERE move.production_id = production.id
                       AND line.state = 'done'), 0)::float
              FROM mrp_production production WHERE production.id = %s
            """,
            self.order_id,
        )[0]
