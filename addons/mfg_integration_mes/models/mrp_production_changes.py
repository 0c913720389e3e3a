from collections import defaultdict

from odoo import models

from .mfg_production_report import CLOSED


class MrpProduction(models.Model):
    """What people change about an order of which a part is posted."""

    _inherit = "mrp.production"

    def _update_raw_moves(self, factor):
        """Extended: of an order of which a part is done, the whole grows or shrinks.

        Odoo has only the open rest grow, and so plans too little of everything.
        """
        if not self.mfg_posting_ids:
            return super()._update_raw_moves(factor)
        before = {
            move: move.product_uom_qty
            for move in self.move_raw_ids
            if move.state not in CLOSED
        }
        self._mfg_level_demand(factor=factor, only=self.move_raw_ids)
        return [
            (move, old, move.product_uom_qty)
            for move, old in before.items()
            if move.exists()
        ]

    def _split_productions(self, *args, **kwargs):
        """Extended: what was posted stays with the order that it was posted for."""
        orders = super()._split_productions(*args, **kwargs)
        told = self.filtered("mfg_posting_ids")
        if told:
            told._mfg_level_demand()
            (orders - self)._mfg_join_moves()
        return orders

    def _mfg_is_told_of(self):
        """Extended: reports, also those that nobody has decided about yet."""
        # sudo: reports are the hub's.
        order = self.sudo()
        reports = order.mfg_report_ids.filtered(lambda each: each.state != "rejected")
        operations = order.workorder_ids.mfg_operation_report_ids
        return bool(reports or operations) or super()._mfg_is_told_of()

    def _mfg_join_moves(self):
        """One move of each component and product again.

        Odoo splits done moves off as well as open ones, so that the new order has two,
        and one of what was used without a plan.
        """
        for order in self:
            groups = defaultdict(lambda: self.env["stock.move"])
            for move in (order.move_raw_ids | order.move_finished_ids).sorted("id"):
                if move.state not in CLOSED:
                    line = move.bom_line_id, move.byproduct_id
                    is_component = bool(move.raw_material_production_id)
                    groups[is_component, move.product_id, line] |= move
            for moves in groups.values():
                is_planned = any(moves.mapped("product_uom_qty"))
                kept = moves[:1] if is_planned else moves.browse()
                order._mfg_join(kept, moves - kept)

    def _mfg_join(self, kept, others):
        """Have one move, or none, ask for all that several ask for."""
        if not others:
            return
        total = (kept | others)._mfg_demand()
        others = others.with_context(skip_mo_check=True)
        others._action_cancel()
        others.unlink()
        if kept:
            self._mfg_ask_for(kept, total)
