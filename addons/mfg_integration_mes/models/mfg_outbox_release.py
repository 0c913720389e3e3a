from odoo import SUPERUSER_ID, _, api, models

from odoo.addons.mfg_integration_core.unit_of_work import run_in_transaction

from ..protocols.release_state import REFUSED, RELEASED
from .release_events import ASKING


class MfgOutboxRelease(models.Model):
    """An order that the MES did not even take says so itself.

    A MES may refuse by an answer of its planner or by the status of its door; for the
    planner in Odoo both are a refusal.
    """

    _inherit = "mfg.outbox.message"

    # --------------------------------------------------------------- overrides

    def _record(self, worker, lease, connector, deliveries):
        """Extended: orders whose message is a dead letter now are refused."""
        super()._record(worker, lease, connector, deliveries)
        failed = [each.task.row_id for each in deliveries if each.error]
        if failed:
            run_in_transaction(
                self.env.registry,
                lambda env: env[self._name].browse(failed)._mfg_release_failed(),
                uid=SUPERUSER_ID,
            )

    def action_retry(self):
        """Extended: what is sent again is not refused any more."""
        result = super().action_retry()
        for order in self._mfg_release_orders(REFUSED):
            # What the MES itself has answered stays until it answers again.
            if not order.mfg_release_answered_at:
                order._mfg_set_answer(RELEASED, None)
        return result

    # ---------------------------------------------------------------- business

    def _mfg_release_failed(self):
        """Tell the orders that the MES did not take them."""
        dead = self.filtered(lambda message: message.state == "dead")
        for order in dead._mfg_release_orders(RELEASED):
            message = dead.filtered(lambda each, order=order: each.res_id == order.id)
            order._mfg_set_answer(REFUSED, message[:1]._mfg_why_not_taken())

    @api.model
    def _mfg_release_settle(self):
        """Tell the orders that still count as released though their message is dead.

        A dead letter and its order are written in two transactions.
        """
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT message.id
              FROM mfg_outbox_message message
              JOIN mrp_production production ON production.id = message.res_id
             WHERE message.state = 'dead' AND message.event_type IN %s
               AND message.res_model = 'mrp.production'
               AND production.mfg_release_state = %s
            """,
            (ASKING, RELEASED),
        )
        ids = [message_id for (message_id,) in self.env.cr.fetchall()]
        self.browse(ids)._mfg_release_failed()

    def _mfg_release_orders(self, release):
        """Orders in a state of release whose last revision the messages tell."""
        # sudo: the body of a message is for nobody; its revision says which one it is.
        asking = self.sudo().filtered(
            lambda message: message.event_type in ASKING and message.snapshot
        )
        revisions = {
            message.res_id: message.snapshot["data"]["revision"] for message in asking
        }
        orders = self.env["mrp.production"].sudo().browse(list(revisions)).exists()
        return orders.filtered(
            lambda order: (
                order.mfg_release_state == release
                and order.mfg_release_revision == revisions[order.id]
            )
        )

    def _mfg_why_not_taken(self):
        """Why a message is a dead letter, in one line."""
        reason = (self.reason or self.reason_code or "").strip()
        return reason.splitlines()[0] if reason else _("It could not be delivered.")

    def _mfg_why_on_the_way(self):
        """Why a message has not arrived yet, in one line; nothing while all is well."""
        self.ensure_one()
        if self.state in ("retry", "held"):
            return self._mfg_why_not_taken()
        if self.connector_id.breaker_state != "closed":
            return self.connector_id.breaker_reason or _(
                "%(partner)s does not answer.", partner=self.connector_id.name
            )
        if self.connector_id.state == "paused":
            return _("%(partner)s is paused.", partner=self.connector_id.name)
        return False

    def _mfg_give_way(self, order):
        """Let a new release pass what the MES did not take of the order before."""
        # sudo: who releases an order need not see what was exchanged.
        dead = self.sudo().search(
            [
                ("res_model", "=", order._name),
                ("res_id", "=", order.id),
                ("event_type", "in", ASKING),
                ("state", "=", "dead"),
            ]
        )
        for message in dead:
            message._set_state(
                "superseded",
                allowed=("dead",),
                reason_code="superseded",
                reason=_("The order was released again."),
            )
        dead.lane_id._unpark()
