from odoo import api, fields, models
from odoo.tools import float_compare, float_round

from ..protocols.report_sums import exact
from .mfg_production_report import CLOSED

#: What accepted reports say of the order's own product, in its unit.
REPORTED = """
    SELECT line.kind, sum(line.quantity::numeric)::text
      FROM mfg_production_report report
      JOIN mrp_production production ON production.id = report.production_id
      JOIN mfg_production_report_line line ON line.report_id = report.id
     WHERE report.production_id = %s AND report.state = 'accepted'
       AND line.is_output AND line.product_id = production.product_id
       AND line.kind IN ('good', 'scrap', 'rework')
     GROUP BY line.kind
"""


class MrpProduction(models.Model):
    """An order that follows what the shop floor reports."""

    _inherit = "mrp.production"

    mfg_report_ids = fields.One2many("mfg.production.report", "production_id")
    mfg_posting_ids = fields.One2many("mfg.production.posting", "production_id")
    mfg_reported_good_quantity = fields.Float(
        "Good (reported)",
        compute="_compute_mfg_reported",
        help="Good pieces in accepted reports of the shop floor.",
    )
    mfg_reported_scrap_quantity = fields.Float(
        "Scrap (reported)",
        compute="_compute_mfg_reported",
        help="Lost pieces in accepted reports of the shop floor.",
    )
    mfg_reported_rework_quantity = fields.Float(
        "Rework (reported)",
        compute="_compute_mfg_reported",
        help="Pieces that have to be worked on again, neither good nor lost yet.",
    )

    # ---------------------------------------------------------------- computes

    @api.depends("mfg_report_ids.state", "mfg_report_ids.line_ids.quantity")
    def _compute_mfg_reported(self):
        for order in self:
            unit, own = order.product_id.uom_id, order.product_uom_id
            for kind, quantity in order._mfg_reported().items():
                order[f"mfg_reported_{kind}_quantity"] = unit._compute_quantity(
                    float(quantity), own, round=False
                )

    def _compute_state(self):
        """Extended: all that was planned is made, and still somebody says the end.

        Odoo takes an order whose moves are all done for finished; reports may follow.
        """
        running = self.filtered(
            lambda order: order.state not in CLOSED and order._mfg_is_posted()
        )
        result = super()._compute_state()
        for order in running:
            if order.state == "done":
                order.state = "to_close"
        return result

    def _mfg_is_posted(self):
        """Whether a part of it is posted, which takes a report, and most have none."""
        self.ensure_one()
        return bool(self.mfg_report_ids and self.mfg_posting_ids)

    # --------------------------------------------------------------- overrides

    def button_mark_done(self):
        """Extended: what was reported is posted first, and work with it."""
        result = super().button_mark_done()
        done = self.filtered(lambda order: order.state == "done")
        told = done.filtered(lambda order: order._mfg_is_posted())
        if told and hasattr(told, "_post_labour"):
            # Odoo does it while it posts, when the order was still open.
            told._post_labour()
        return result

    def _get_consumption_issues(self):
        """Extended: what the shop floor reports was used is no question to the user."""
        told = self.filtered("mfg_report_ids")
        return super(MrpProduction, self - told)._get_consumption_issues()

    def _post_inventory(self, cancel_backorder=False):
        """Extended: reports first; what was posted keeps its price and its origin."""
        told = self.filtered("mfg_report_ids")
        shown = {}
        for order in told:
            order._mfg_post_waiting()
            if order._mfg_is_more_by_hand():
                order._mfg_prepare_by_hand()
            else:
                shown[order] = order._mfg_made_by_reports()
                order._mfg_leave_rest()
        origins = {
            line: line.consume_line_ids
            for line in told.move_finished_ids.move_line_ids
            if line.state == "done"
        }
        made = self._mfg_done_outputs()
        priced = self.with_context(mfg_since_posting=True, mfg_by_hand=True)
        result = super(MrpProduction, priced)._post_inventory(
            cancel_backorder=cancel_backorder
        )
        made = self._mfg_done_outputs() - made
        # Their work is in the value of what Odoo just made, whoever reports more later.
        made.production_id.workorder_ids._mfg_charge()
        for line, consumed in origins.items():
            line.consume_line_ids = consumed
        told._mfg_bear(made)
        for order, reported in shown.items():
            order.qty_producing = reported
        return result

    # ----------------------------------------------------------------- business

    def _mfg_posts_at_once(self):
        """Whether each report is posted, by product, last work center or setting."""
        self.ensure_one()
        policy = (
            self.product_id.mfg_posting_policy
            or self._mfg_last_operation().workcenter_id.mfg_posting_policy
        )
        if policy:
            return policy == "post"
        return self.env["mfg.setting"]._get("mes.post_each_report", self)

    def _mfg_operations(self):
        """The work orders that count, in the order in which they are done."""
        return self.workorder_ids.filtered(
            lambda workorder: workorder.state != "cancel"
        ).sorted(lambda workorder: (workorder.operation_id.sequence, workorder.id))

    def _mfg_last_operation(self):
        """The work order whose output is that of the order; empty without any."""
        return self._mfg_operations()[-1:]

    def _mfg_reported(self):
        """``{"good", "scrap", "rework": Decimal}`` in the unit of the product."""
        totals = dict.fromkeys(("good", "scrap", "rework"), exact(0))
        if not self.id or not isinstance(self.id, int):
            return totals
        self.env["mfg.production.report.line"].flush_model()
        self.env["mfg.production.report"].flush_model()
        self.env.cr.execute(REPORTED, (self.id,))
        return totals | {kind: exact(total) for kind, total in self.env.cr.fetchall()}

    def _mfg_follow_reports(self):
        """Have the order produce what was reported, or what is posted, if more."""
        for order in self.filtered(lambda order: order.state not in CLOSED):
            made = max(order._mfg_made_by_reports(), order.qty_produced)
            if float_compare(
                made,
                order.qty_producing,
                precision_rounding=order.product_uom_id.rounding,
            ):
                order.qty_producing = made

    def _mfg_made_by_reports(self):
        """Pieces that were reported, good or not, in the order's unit, rounded."""
        reported = self._mfg_reported()
        own = self.product_uom_id
        made = self.product_id.uom_id._compute_quantity(
            float(reported["good"] + reported["scrap"]), own, round=False
        )
        return float_round(made, precision_rounding=own.rounding)

    def _mfg_leave_rest(self):
        """Have what is left of the order's moves not move: the reports said it all.

        Also what rounding leaves between pieces and the unit of the order.
        """
        self.qty_producing = self.qty_produced
        rest = (self.move_raw_ids | self.move_byproduct_ids).filtered(
            lambda move: move.state not in CLOSED
        )
        rest.picked = False
        (rest & self.move_byproduct_ids).quantity = 0


class MrpWorkorder(models.Model):
    """An operation whose progress is reported."""

    _inherit = "mrp.workorder"

    def _mfg_follow_reports(self):
        """Have the operation show what its reports say, in the order's unit."""
        for workorder in self.filtered(lambda each: each.state not in CLOSED):
            order = workorder.production_id
            # sudo: reports are the hub's.
            lines = self.env["mfg.production.report.line"].sudo()
            groups = lines._read_group(
                [
                    ("report_id.workorder_id", "=", workorder.id),
                    ("report_id.state", "=", "accepted"),
                    ("kind", "in", ("good", "scrap")),
                    ("product_id", "=", order.product_id.id),
                ],
                [],
                ["quantity:sum"],
            )
            made = order.product_id.uom_id._compute_quantity(
                groups[0][0] or 0.0, order.product_uom_id, rounding_method="HALF-UP"
            )
            workorder._mfg_show_produced(max(made, 0.0))

    def _mfg_show_produced(self, quantity):
        """Show that so much was produced, in the order's unit, and do nothing else.

        Past Odoo's own write, which from 18.0 on also says what the order produces and
        consumes: the postings have said it.
        """
        self.ensure_one()
        self.flush_recordset(["qty_produced"])
        self.env.cr.execute(
            "UPDATE mrp_workorder SET qty_produced = %s WHERE id = %s",
            (quantity, self.id),
        )
        self.invalidate_recordset(["qty_produced"], flush=False)
        self.modified(["qty_produced"])
