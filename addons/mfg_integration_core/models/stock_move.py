from odoo import models


class StockMove(models.Model):
    """The last door before stock moves: nothing held gets through."""

    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        self._mfg_check_gates()
        return super()._action_done(cancel_backorder=cancel_backorder)

    def _mfg_check_gates(self):
        """Pass the gates of the orders that the moves belong to and of their lots.

        :raise GateUserError: names what is held, by what, and who can clear it
        """
        gated = self.filtered(
            lambda move: (
                move.state not in ("done", "cancel") and not move._mfg_passes_holds()
            )
        )
        orders = gated.raw_material_production_id | gated.production_id
        orders._mfg_check_gate("finish")
        gated.move_line_ids.lot_id._mfg_check_gate("move")

    def _mfg_passes_holds(self):
        """Whether the move is no use of the goods; extended where other moves aren't.

        Scrapping takes held goods out of use, and a count says what is there.
        """
        self.ensure_one()
        return bool(self.scrap_id) or self.is_inventory
