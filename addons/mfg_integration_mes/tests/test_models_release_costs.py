from uuid import uuid4

from .release_case import ReleaseCase

#: The bars of the design, section 9, for all of the suite.
CONFIRM, FINISH = 15, 25


class TestReleaseCosts(ReleaseCase):
    """What a user waits for more when the order is at a MES."""

    def queries(self, work):
        """How many queries ``work`` costs, those before the commit included."""
        self.env.flush_all()
        self.commit()
        before = self.env.cr.sql_log_count
        work()
        self.env.flush_all()
        self.commit()
        return self.env.cr.sql_log_count - before

    def confirming(self):
        lot = self.scene.lot(self.product, f"COST-{uuid4().hex[:8]}")
        order = self.scene.order(self.bom, lot=lot, confirm=False)
        self.env.invalidate_all()
        return order, self.queries(order.action_confirm)

    def finishing(self, order):
        order.action_assign()
        self.scene.ready_to_finish(order)
        self.env.flush_all()
        self.env.invalidate_all()
        return self.queries(
            lambda: order.with_context(skip_backorder=True).button_mark_done()
        )

    def test_g1_release_keeps_confirming_and_finishing_below_their_bars(self):
        self.connector.action_archive()
        self.finishing(self.confirming()[0])  # The first one fills the caches.
        alone, confirm_alone = self.confirming()
        finish_alone = self.finishing(alone)
        self.connector.action_unarchive()
        self.connector.state = "live"
        self.given_policy("on_confirm")
        self.confirming()

        told, confirm_told = self.confirming()
        finish_told = self.finishing(told)

        self.assertEqual(self.words(told), ["released"])
        self.assertLessEqual(confirm_told - confirm_alone, CONFIRM)
        self.assertLessEqual(finish_told - finish_alone, FINISH)
