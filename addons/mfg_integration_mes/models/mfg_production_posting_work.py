from collections import defaultdict

from odoo import api, models

from ..protocols.report_sums import (
    BYPRODUCT,
    COMPONENT,
    OUTPUT,
    SCRAP,
    outstanding,
)
from .mrp_production_places import Place, reserved_places

#: Odoo calls these "not to be checked": the order stays open while its moves are done.
WITHOUT_CHECKS = {"skip_mo_check": True, "mfg_since_posting": True}


class MfgProductionPosting(models.Model):
    """How reports become moves: the partial production of one and the same order.

    In the steps of ``mrp.production._post_inventory``, but for a part: that method
    cancels components that were not used yet, and forgets which of them went into what
    was made before.
    """

    _inherit = "mfg.production.posting"

    @api.model
    def _post(self, reports):
        """Post reports of one order; what their sums ask for is moved.

        :return: the posting
        :raise MissingReferenceError: nobody said which lot of a component was used
        :raise GateError: a hold forbids it
        """
        order = reports.production_id
        order.ensure_one()
        order._mfg_check_gate("finish")
        # sudo: nobody writes postings and reports by hand; moves are the user's.
        posting = self.sudo().create({"production_id": order.id})
        reports.sudo().posting_id = posting
        posting = posting.with_env(self.env)
        posting._settle_lots(reports)
        posting._move(reports.reverses_id.posting_id)
        order._mfg_follow_reports()
        return posting

    def _move(self, first):
        """Move what is still to be moved.

        :param first: postings to take from first, where something is taken back
        """
        order = self.production_id
        planned = order._mfg_planned()
        products = self.env["product.product"]
        differences = outstanding(
            order._mfg_told(),
            order._mfg_moved(),
            lambda product: products.browse(product).uom_id.rounding,
        )
        more, less = defaultdict(dict), defaultdict(dict)
        for key, quantity in differences.items():
            side = more if quantity > 0 else less
            side[key.role][key] = abs(quantity)
        for role in (SCRAP, OUTPUT, BYPRODUCT, COMPONENT):
            for key, quantity in less[role].items():
                self._take_back(key, quantity, first)
        if more[OUTPUT] or more[BYPRODUCT] or more[COMPONENT]:
            self._produce(more)
        for key, quantity in more[SCRAP].items():
            self._scrap(key, quantity)
        order._mfg_level_demand(planned)

    # ------------------------------------------------------------------ produce

    def _produce(self, more):
        """Use components and make products; what was used goes into what was made."""
        order = self.production_id.with_context(**WITHOUT_CHECKS)
        self._add_standard_time(sum(more[OUTPUT].values()))
        used = self._fill(order._mfg_open_moves, more[COMPONENT])
        done = self._do(used)
        made = self._fill(order._mfg_open_moves, more[OUTPUT])
        made |= self._fill(order._mfg_open_moves, more[BYPRODUCT])
        unborne = order._mfg_unborne()
        if made:
            if more[OUTPUT]:
                self._charge(order, done)
            lines = self._do(made).move_line_ids
            lines.consume_line_ids = [(6, 0, (done | unborne).move_line_ids.ids)]
        if more[OUTPUT]:
            unborne.mfg_is_unborne = False
        else:
            done.mfg_is_unborne = True

    def _fill(self, open_moves, wanted):
        """Write what was used or made into open moves, lot by lot.

        :param open_moves: ``(role, product) -> moves`` that may take it
        :param wanted: ``{Key: Decimal}``, of one role
        :return: the moves
        """
        lots = defaultdict(dict)
        for key, quantity in wanted.items():
            lots[key.role, key.product][key.lot] = quantity
        filled = self.env["stock.move"]
        for (role, product_id), quantities in lots.items():
            product = self.env["product.product"].browse(product_id)
            filled |= open_moves(role, product)._mfg_set_lots(quantities)
        return filled

    def _do(self, moves):
        """Have the moves done; what is left of their demand stays open.

        :return: the moves that are done
        """
        if not moves:
            return moves
        was_reserved = {move.product_id for move in moves if move.state != "confirmed"}
        workorders = {move.product_id: move.workorder_id for move in moves}
        order = self.production_id
        before = order.move_raw_ids | order.move_finished_ids
        moves.picked = True
        done = moves.with_context(**WITHOUT_CHECKS)._action_done()
        done = (done | moves).exists().filtered(lambda move: move.state == "done")
        done.mfg_posting_id = self
        rest = (order.move_raw_ids | order.move_finished_ids) - before
        for move in rest.filtered(lambda move: move.state != "done"):
            move.picked = False
            if not move.raw_material_production_id:
                move.quantity = 0
            # Odoo forgets at which operation the rest of a component is used.
            move.workorder_id = workorders.get(move.product_id, False)
            if move.raw_material_production_id and move.product_id in was_reserved:
                move._action_assign()
        return done

    # -------------------------------------------------------------------- scrap

    def _scrap(self, key, quantity):
        """Scrap pieces that were made, or a component, with the reason."""
        order = self.production_id
        product = self.env["product.product"].browse(key.product)
        for place, part in self._places_of_loss(product, key.lot, quantity).items():
            scrap = self.env["stock.scrap"].create(
                {
                    "product_id": product.id,
                    "product_uom_id": product.uom_id.id,
                    "scrap_qty": part,
                    "lot_id": key.lot or False,
                    **place.values(),
                    "production_id": order.id,
                    "company_id": order.company_id.id,
                    "origin": order.name,
                    "mfg_reason": key.reason or False,
                    "mfg_posting_id": self.id,
                }
            )
            scrap.do_scrap()
            # Of several that are recomputed together, Odoo 17.0 forgets the quantity.
            scrap.flush_recordset()
            scrap.move_ids.mfg_posting_id = self

    def _places_of_loss(self, product, lot, quantity):
        """``{Place: quantity}``: where pieces were put, or a component was taken."""
        order = self.production_id
        if product == order.product_id:
            lines = self.move_ids.move_line_ids
            made = lines.filtered(
                lambda line: line.product_id == product and not line.move_id.scrap_id
            )
            put = made.location_dest_id[:1] or order.location_dest_id
            return {Place.at(put): float(quantity)}
        moves = order._mfg_moves_of(COMPONENT, product).filtered(
            lambda move: move.state != "done"
        )
        reserved = reserved_places(moves.move_line_ids)
        source = order.location_src_id
        return order._mfg_places(product, lot, float(quantity), reserved, source)
