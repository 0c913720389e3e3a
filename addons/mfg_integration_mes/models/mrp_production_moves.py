from collections import defaultdict

from odoo import models
from odoo.tools import float_compare, float_round

from ..protocols.report_sums import BYPRODUCT, COMPONENT, OUTPUT, exact
from .mfg_production_report import CLOSED

RESERVABLE = ("confirmed", "partially_available")


class MrpProduction(models.Model):
    """The moves of an order of which a part is done."""

    _inherit = "mrp.production"

    def _mfg_open_moves(self, role, product):
        """Moves that may take more of a product; a new one where all are done."""
        moves = self._mfg_moves_of(role, product)
        still_open = moves.filtered(lambda move: move.state not in CLOSED)
        return still_open or self._mfg_new_move(role, product, moves, 0.0)

    def _mfg_moves_of(self, role, product):
        """The order's own moves of a product, without its scrap."""
        moves = self.move_raw_ids if role == COMPONENT else self.move_finished_ids
        return moves.filtered(
            lambda move: (
                move.product_id == product
                and move.state != "cancel"
                and not move.scrap_id
            )
        ).sorted("id")

    def _mfg_new_move(self, role, product, moves, demand):
        """One more move of a product, like the last one that there was.

        :param demand: in the unit of that move
        """
        quiet = {"no_procurement": True}
        if moves:
            move = moves[-1].with_context(**quiet)
            new = move.copy({**self._mfg_links(role), "product_uom_qty": demand})
        else:
            prepare = (
                self._get_move_raw_values
                if role == COMPONENT
                else self._get_move_finished_values
            )
            values = prepare(product, demand, product.uom_id)
            new = (
                self.env["stock.move"]
                .with_context(**quiet)
                .create({**values, **self._mfg_links(role)})
            )
        new.picked = False
        new._action_confirm(merge=False)
        return new.with_context(**{key: False for key in quiet})

    def _mfg_links(self, role):
        """How a move belongs to the order."""
        if role == COMPONENT:
            return {"raw_material_production_id": self.id, "production_id": False}
        return {"production_id": self.id, "raw_material_production_id": False}

    # ------------------------------------------------------------------- demand

    def _mfg_planned(self):
        """``{(is_component, product): float}``: what the order's moves ask for in all.

        In the products' units. Used or made beyond it is no demand of anybody.
        """
        planned = defaultdict(float)
        for key, moves in self._mfg_moves_by_product().items():
            planned[key] = moves._mfg_demand()
        return planned

    def _mfg_moves_by_product(self):
        """``{(is_component, product): moves}``, without scrap and what is cancelled."""
        groups = defaultdict(lambda: self.env["stock.move"])
        for move in self.move_raw_ids | self.move_finished_ids:
            if move.state != "cancel" and not move.scrap_id:
                is_component = bool(move.raw_material_production_id)
                groups[is_component, move.product_id] |= move
        return groups

    def _mfg_level_demand(self, planned=None, factor=1.0, only=None):
        """Have done moves ask for what they moved, and open ones for the rest.

        What the moves of a product ask for in all stays what was planned, so that what
        is planned per piece does, whatever was posted, taken back, split or changed in
        between.

        :param planned: as :meth:`_mfg_planned` said before moves were done, which may
            have raised it; by default what it says now
        :param factor: by how much the order has grown
        :param only: moves to look at; else all of the order
        """
        for order in self:
            totals = order._mfg_planned() if planned is None else planned
            for key, moves in order._mfg_moves_by_product().items():
                if only is None or moves & only:
                    order._mfg_level(*key, moves, factor * totals[key])

    def _mfg_level(self, is_component, product, moves, total):
        """As :meth:`_mfg_level_demand`, for the moves of one product."""
        done = moves.filtered(lambda move: move.state == "done")
        # A closed order keeps the demand that it was closed with.
        if not done or (self.state in CLOSED and total):
            return
        waiting = moves - done
        rest = total
        unit = product.uom_id
        for move in done:
            moved = move.product_uom._compute_quantity(move.quantity, unit, round=False)
            asked = min(max(moved, 0.0), rest)
            self._mfg_ask_for(move, asked)
            rest -= asked
        if waiting:
            self._mfg_share_out(waiting, rest)
        elif float_compare(rest, 0.0, precision_rounding=unit.rounding):
            role = COMPONENT if is_component else OUTPUT
            rest = unit._compute_quantity(rest, done[-1].product_uom)
            self._mfg_new_move(role, product, done, rest)

    def _mfg_share_out(self, moves, rest):
        """Spread a demand over open moves as it was spread before."""
        before = moves._mfg_demand()
        for move in moves:
            share = move._mfg_demand() / before if before else 1.0 / len(moves)
            self._mfg_ask_for(move, rest * share)

    def _mfg_ask_for(self, move, demand):
        """Have a move ask for so much, in the unit of its product."""
        unit, rounding = move.product_id.uom_id, move.product_uom.rounding
        demand = unit._compute_quantity(demand, move.product_uom, round=False)
        demand = float_round(demand, precision_rounding=rounding)
        if float_compare(move.product_uom_qty, demand, precision_rounding=rounding):
            move.with_context(no_procurement=True).product_uom_qty = demand
            if move.raw_material_production_id and move.state in RESERVABLE:
                move._action_assign()

    # ---------------------------------------------------------------- per piece

    def _mfg_per_piece(self, last=None):
        """``{(role, product): Decimal}``: what one piece takes or brings by plan.

        In the products' own units; the order's product is left out.

        :param last: work order; only what is used up to it, and nothing that is made
        """
        self.ensure_one()
        moves = self.move_raw_ids | self.move_byproduct_ids
        if last:
            reached = self._mfg_operations()
            reached = reached[: list(reached).index(last) + 1].operation_id
            moves = self.move_raw_ids.filtered(
                lambda move: not move.operation_id or move.operation_id in reached
            )
        unit = self.product_uom_id
        is_closed = self.state in CLOSED and bool(self.qty_produced)
        pieces = unit._compute_quantity(
            self.qty_produced if is_closed else self.product_qty,
            self.product_id.uom_id,
            round=False,
        )
        asked_for = self._mfg_planned()
        planned = defaultdict(float)
        for move in moves:
            if move.state == "cancel" or move.scrap_id:
                continue
            is_component = bool(move.raw_material_production_id)
            # What was used without a plan is told again where it is used again.
            if not asked_for[is_component, move.product_id]:
                continue
            role = COMPONENT if is_component else BYPRODUCT
            # Of a closed order, what it used; nothing is planned any more.
            quantity = move.quantity if is_closed else move.product_uom_qty
            planned[role, move.product_id] += move.product_uom._compute_quantity(
                quantity, move.product_id.uom_id, round=False
            )
        return {
            key: exact(round(quantity, 9)) / exact(pieces or 1.0)
            for key, quantity in planned.items()
        }
