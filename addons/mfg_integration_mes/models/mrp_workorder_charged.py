from odoo import fields, models


class MrpWorkorder(models.Model):
    """Work of which a part is in the cost of what was posted already."""

    _inherit = "mrp.workorder"

    mfg_charged = fields.Float(
        "Work Charged",
        readonly=True,
        copy=False,
        help="Cost of the work that is in the value of what was posted so far.",
    )

    def _cal_cost(self, *args, **kwargs):
        """Extended: for what is posted now, the work since the last posting counts.

        In whole cents, so that the postings of an order add up to its work exactly.
        Where less work was told of than was charged by plan, what is posted next bears
        none until the work has caught up: nothing is made for less than its material.
        """
        total = super()._cal_cost(*args, **kwargs)
        if not self.env.context.get("mfg_since_posting"):
            return total
        return sum(
            max(each._mfg_cost_so_far() - each.mfg_charged, 0.0) for each in self
        )

    def _mfg_cost_so_far(self):
        self.ensure_one()
        cost = self.with_context(mfg_since_posting=False)._cal_cost()
        return self.company_id.currency_id.round(cost)

    def _mfg_planned_minutes(self):
        """What the whole quantity of the order takes by plan, whatever is made so far.

        Odoo 19.0 plans for what is being produced, as soon as that is known.
        """
        self.ensure_one()
        whole = self.new(origin=self)
        whole.qty_producing = 0.0
        return whole._get_duration_expected()

    def _mfg_charge(self):
        """Remember that all work so far is in the value of what was posted."""
        for workorder in self:
            cost = max(workorder._mfg_cost_so_far(), workorder.mfg_charged)
            if cost != workorder.mfg_charged:
                # sudo: kept by the suite alone.
                workorder.sudo().mfg_charged = cost

    def _mfg_uncharge(self, amount):
        """Charge ``amount`` again to what is posted next."""
        charged = sum(self.mapped("mfg_charged"))
        for workorder in self.sudo():
            share = workorder.mfg_charged / charged if charged else 0.0
            workorder.mfg_charged -= amount * share
