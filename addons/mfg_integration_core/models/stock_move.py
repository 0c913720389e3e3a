import contextlib

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from .stock_quant import WITHOUT_HELD

OVER = ("done", "cancel")


class StockMove(models.Model):
    """The last door before stock moves: nothing held gets through."""

    _inherit = "stock.move"

    mfg_quarantine_id = fields.Many2one(
        "mfg.quarantine",
        "Quantity on Hold",
        readonly=True,
        index="btree_not_null",
        help="The move carries this quantity to where it is set aside.",
    )

    # --------------------------------------------------------------- overrides

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        # Made as done they move at once; Odoo does so with corrections.
        moves._mfg_check_gates("done")
        return moves

    def write(self, vals):
        if vals.get("state") == "done":
            self._mfg_check_gates()
        return super().write(vals)

    def _action_done(self, cancel_backorder=False):
        self._mfg_check_gates()
        with self._mfg_passing():
            return super()._action_done(cancel_backorder=cancel_backorder)

    def _action_assign(self, force_qty=False):
        # Left out and not refused: one error would stop the scheduler of the plant.
        free = self.filtered(lambda move: not move._mfg_waits_for_holds())
        return super(StockMove, free)._action_assign(force_qty=force_qty)

    def _action_cancel(self):
        # sudo: who may cancel a transfer need not see what is on hold.
        held = self.sudo().mfg_quarantine_id.filtered(lambda each: each.state == "held")
        if held:
            raise UserError(
                _(
                    "%(goods)s is on hold: lift the hold, which cancels the transfer.",
                    goods=held[0].display_name,
                )
            )
        return super()._action_cancel()

    def _get_available_quantity(self, *args, **kwargs):
        looking = self.with_context(**{WITHOUT_HELD: True})
        return super(StockMove, looking)._get_available_quantity(*args, **kwargs)

    # ------------------------------------------------------------------- gates

    def _mfg_check_gates(self, state=None):
        """Pass the gates of what the moves belong to and of what they move.

        :param state: only moves in this state; by default those that are not over
        :raise GateUserError: names what is held, by what, and who can clear it
        """
        passing = self.env.cr.precommit.data.get("mfg.moves", ())
        gated = self.filtered(
            lambda move: (
                (move.state == state if state else move.state not in OVER)
                and move.id not in passing
                and not move._mfg_passes_holds()
            )
        )
        orders = gated.raw_material_production_id | gated.production_id
        orders._mfg_check_gate("finish")
        gated.picking_id._mfg_check_validate()
        gated.move_line_ids.lot_id._mfg_check_gate("move")
        self.env["mfg.quarantine"]._check_moves(gated)

    @contextlib.contextmanager
    def _mfg_passing(self):
        """While it lasts, the moves have passed their gates.

        Not a context key, which every remote caller could set.
        """
        passing = self.env.cr.precommit.data.setdefault("mfg.moves", set())
        mine = set(self.ids) - passing
        passing |= mine
        try:
            yield
        finally:
            passing -= mine

    def _mfg_passes_holds(self):
        """Whether the move is no use of the goods; extended where other moves aren't.

        Scrapping takes held goods out of use, and a count says what is there. Both
        have a side where goods are lost and found; a mere relocation has none.
        """
        self.ensure_one()
        if not (self.scrap_id or self.is_inventory):
            return False
        return "inventory" in (self.location_id.usage, self.location_dest_id.usage)

    def _mfg_waits_for_holds(self):
        """Whether nothing is to be reserved for what the move belongs to."""
        self.ensure_one()
        # sudo: who may reserve for a move need not see all that it belongs to.
        move = self.sudo()
        documents = (move.picking_id, move.raw_material_production_id)
        return any(document.mfg_active_hold_count for document in documents)
