from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.mfg_integration_core.tests.delivery_case import DeliveryCase
from odoo.addons.mfg_integration_core.tests.loopback_partner import LoopbackPartner
from odoo.addons.mfg_integration_core.tests.stock_scene import StockScene

from ..models.mfg_outbox_release import MfgOutboxRelease


class WorkerDied(BaseException):
    """Nothing catches the end of a process."""


class RefusingMes(LoopbackPartner):
    """A MES whose door takes no order."""

    def answer(self, method, target, body):
        return 422, {}, b'{"detail": "unknown product"}'


@tagged("post_install", "-at_install")
class TestReleaseRefused(DeliveryCase):
    def setUp(self):
        super().setUp()
        self.order_id = self.commit(self._release_order)

    def _subscribe(self, env):
        mes = RefusingMes()
        self.addCleanup(mes.close)
        connector = env["mfg.connector"].browse(self.connector_id)
        connector.write({"template": "demo_mes", "base_url": mes.url})
        connector.action_add_default_subscriptions()

    def _release_order(self, env):
        scene = StockScene(env)
        bom = scene.bom(
            scene.product("Shaft"), [scene.product("Blank")], scene.workcenter("Lathe")
        )
        order = scene.order(bom, 10)
        order.action_mfg_release()
        return order.id

    def release_state(self):
        ((state,),) = self.sql(
            "SELECT mfg_release_state FROM mrp_production WHERE id = %s", self.order_id
        )
        return state

    def activities(self):
        return self.sql(
            "SELECT summary FROM mail_activity"
            " WHERE res_model = 'mrp.production' AND res_id = %s",
            self.order_id,
        )

    def test_g1_worker_that_dies_before_it_told_the_order_leaves_it_to_the_sweeper(
        self,
    ):
        told = patch.object(MfgOutboxRelease, "_mfg_release_failed")
        with told as tell, self.assertRaises(WorkerDied):
            tell.side_effect = WorkerDied
            self.drain()
        ((state,),) = self.sql(
            "SELECT state FROM mfg_outbox_message WHERE connector_id = %s",
            self.connector_id,
        )
        self.assertEqual((state, self.release_state()), ("dead", "released"))

        for _round in range(2):
            self.commit(lambda env: env["mfg.sweeper"]._cron_sweep())

        self.assertEqual(self.release_state(), "refused")
        self.assertEqual(len(self.activities()), 1)
