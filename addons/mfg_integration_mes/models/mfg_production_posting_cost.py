from datetime import timedelta

from odoo import fields, models


class MfgProductionPosting(models.Model):
    """What the work of a posting costs: that since the posting before it."""

    _inherit = "mfg.production.posting"

    def _charge(self, order, used):
        """Give what is made its price: components, and work not charged before."""
        workorders = order.workorder_ids
        before = sum(workorders.mapped("mfg_charged"))
        order._cal_price(used)
        workorders._mfg_charge()
        # sudo: see _post.
        self.sudo().labour_cost = sum(workorders.mapped("mfg_charged")) - before

    def _add_standard_time(self, quantity):
        """Give operations of which nobody reports times the time of their plan.

        Odoo does so once, when an order is finished; here it is the share of what is
        posted. The new lines lie before all others, so that no minute counts twice.

        :param quantity: pieces that are made now, in the product's unit
        """
        order = self.production_id
        share = self._share_made(order, quantity)
        for workorder in order.workorder_ids:
            times = workorder.time_ids
            if workorder.state == "cancel" or times.filtered(
                lambda time: not time.mfg_posting_id
            ):
                continue
            planned = workorder._mfg_planned_minutes() * share
            seconds = round((planned - sum(times.mapped("duration"))) * 60)
            if seconds < 1:
                continue
            end = min([fields.Datetime.now(), *times.mapped("date_start")])
            start = end - timedelta(seconds=seconds)
            values = workorder._prepare_timeline_vals(0, start, end)
            # sudo: who posts a report need not be one who tracks times.
            self.env["mrp.workcenter.productivity"].sudo().create(
                {**values, "mfg_posting_id": self.id}
            )

    def _share_made(self, order, quantity):
        """The part of the order that is made once ``quantity`` more pieces are."""
        unit, product_unit = order.product_uom_id, order.product_id.uom_id
        now = product_unit._compute_quantity(float(quantity), unit, round=False)
        return (order.qty_produced + now) / (order.product_qty or 1.0)
